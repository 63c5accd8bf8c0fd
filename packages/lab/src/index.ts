export { findBinaries, type FindBinariesOptions } from "./binaries.ts";
export { KubeClient, refusalOf, type Answer } from "./client.ts";
export { API_SERVER, CONTROL_PLANE, startControlPlane, type ControlPlane, type ControlPlaneArgs } from "./control-plane.ts";
export { LabError, LabMissing } from "./errors.ts";
export type { LabNode } from "./nodes.ts";
export type { Daemon, Processes } from "./processes.ts";
export { startInfisical, type Infisical, type InfisicalArgs } from "./stand-ins/infisical/infisical.ts";
export { toolVersion, type ToolName } from "./tools.ts";
