export type { ChartArgs } from "./args.ts";
export { metallbChart } from "./metallb.ts";
