export { formatRecording, type FormatOptions } from "./format.ts";
export { recordingToJson, type RecordingJson } from "./json.ts";
export { RecordingError } from "./errors.ts";
export { type Answers } from "./monitor.ts";
export { recordProgram, type RecordOptions } from "./record.ts";
export type { ProviderUse, RecordedInvoke, RecordedLog, RecordedResource, Recording } from "./recording.ts";
export { Asset, ResourceReference, Secret, Unknown, UNKNOWN, type RecordedValue } from "./values.ts";
