export * from "./manifests.ts";
export { HelmWorkload, Workload } from "./components.ts";
