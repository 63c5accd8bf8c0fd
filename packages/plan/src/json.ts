import type { RecordedResource, Recording } from "./recording.ts";

/** What `recordingToJson` writes, once parsed. Fields that say nothing (false, empty, undefined) are left out of a resource. */
export interface RecordingJson {
  /** Changes only when a reader has to. */
  version: 1;
  /** Who recorded: never the engine. */
  recordedBy: "monitor";
  project: string;
  stack: string;
  organization: string;
  sdkVersion: string;
  /** Parents before children, children by name. Values: plain JSON, with `[secret]`, `[unknown]`, `[asset …]`, `[archive …]` and `[resource <urn>]` where plain JSON is not enough. */
  resources: (Pick<RecordedResource, "urn" | "type" | "name" | "custom" | "inputs"> & Partial<RecordedResource>)[];
  invokes: { token: string; args: unknown; answered: boolean }[];
  logs: { severity: string; message: string; urn?: string; source: string }[];
  stackOutputs: Record<string, unknown>;
}

const ALWAYS = new Set(["urn", "type", "name", "custom", "inputs"]);

/** The recording for machines: the same program gives the same bytes. Secrets are `[secret]`. */
export function recordingToJson(recording: Recording): string {
  const { project, stack, organization, sdkVersion, resources, invokes, logs, stackOutputs } = recording;
  const json = {
    version: 1,
    recordedBy: "monitor",
    project,
    stack,
    organization,
    sdkVersion,
    resources: resources.map((resource) => Object.fromEntries(Object.entries(resource).filter(([key, value]) => ALWAYS.has(key) || !saysNothing(value)))),
    invokes,
    logs,
    stackOutputs,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === false || value === "") return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
