import { jupyterhubChart } from "@rzp/charts";

export const jupyter = jupyterhubChart({
  version: "4.4.0",
  login: { service: "zitadel", through: "traefik" },
  homes: { size: "5Gi", backup: "daily" },
  notebook: { memory: "512Mi", memoryLimit: "4Gi" },
  env: { OLLAMA_HOST: "http://ollama.ollama.svc:11434" },
  needs: ["ollama"],
  talksTo: ["ollama"],
});
