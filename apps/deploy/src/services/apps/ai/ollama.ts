import { ollamaChart } from "@rzp/charts";

export const ollama = ollamaChart({ version: "1.77.0", models: "30Gi" });
