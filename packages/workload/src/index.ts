export * from "./manifests.ts";
export { HelmWorkload, Workload, type Placement } from "./components.ts";
