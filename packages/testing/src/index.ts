export { crdFields, crdNames, crdProblems, hasCrds } from "./crds.ts";
export { at, byKind } from "./manifests.ts";
export { loadedModules } from "./pure.ts";
export { isSecret, record, valueOf, type RecordMocks, type Recorded, type RegisteredOptions, type Registration } from "./record.ts";
