import { category } from "@rzp/workload/manifests";
import { jupyter } from "./jupyter.ts";
import { ollama } from "./ollama.ts";

export default category("apps/ai", { jupyter, ollama });
