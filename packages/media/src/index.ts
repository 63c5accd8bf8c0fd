export * from "./manifests.ts";
export { MediaApp } from "./components.ts";
