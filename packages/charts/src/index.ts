export type { ChartArgs, DatabasePeer } from "./args.ts";
export { metallbChart } from "./metallb.ts";
