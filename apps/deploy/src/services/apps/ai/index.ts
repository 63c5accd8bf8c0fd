import { category } from "@rzp/workload/manifests";
import { jupyter } from "./jupyter.ts";
import { langfuseClickhouse } from "./langfuse-clickhouse.ts";
import { langfuse } from "./langfuse.ts";
import { ollama } from "./ollama.ts";

export default category("apps/ai", { jupyter, langfuse, "langfuse-clickhouse": langfuseClickhouse, ollama });
