export * from "./manifests.ts";
export { ArgoApp, ArgoProject } from "./components.ts";
