import type { Rehearsal } from "@rzp/lab";
import { describe, expect, it } from "vitest";
import { lastRehearsal, rehearsalOf } from "./last-rehearsal.ts";

const found: Rehearsal & { played: string[]; ended: string } = {
  ok: false,
  versions: { kubernetes: "v1.36.3", argoCd: "v3.5.1" },
  services: { healthy: 1, declared: 2 },
  objects: { admitted: 5, rendered: 6 },
  steps: [{ step: "everything comes up from nothing", seconds: 12.3456, causes: [{ application: "shelf", object: "Pod shelf", message: "crashes" }] }],
  problems: [{ step: "everything comes up from nothing", application: "shelf", object: "Pod shelf", message: "crashes" }],
  arrivals: [{ application: "shelf", seen: 1.23 }, { application: "reader", seen: 1, synced: 2, up: 3.99 }],
  retries: {},
  memory: { etcd: 99 },
  unknownHosts: [],
  seconds: 30.04,
  played: ["kubelets"],
  ended: "2026-11-25T08:00:00.000Z",
};

describe("the last rehearsal", () => {
  it("is what the lab reports, in tenths of seconds, without what is not shown", () => {
    expect(rehearsalOf(JSON.stringify(found), "rehearsal.json")).toEqual({
      ok: false,
      ended: "2026-11-25T08:00:00.000Z",
      seconds: 30,
      versions: { kubernetes: "v1.36.3", argoCd: "v3.5.1" },
      services: { healthy: 1, declared: 2 },
      objects: { admitted: 5, rendered: 6 },
      steps: [{ step: "everything comes up from nothing", seconds: 12.3, passed: false }],
      problems: [{ application: "shelf", object: "Pod shelf", message: "crashes" }],
      arrivals: [{ application: "shelf", seen: 1.2 }, { application: "reader", seen: 1, synced: 2, up: 4 }],
      played: ["kubelets"],
    });
  });

  it("is nothing where none was held", () => {
    expect(lastRehearsal("/nowhere/rehearsal.json")).toBeUndefined();
  });

  it.each<[what: string, text: string, message: string]>([
    ["a half-written file", '{"ok":', "is no JSON"],
    ["a report without arrivals", JSON.stringify({ ...found, arrivals: undefined }), "arrivals is missing"],
    ["a time in words", JSON.stringify({ ...found, seconds: "long" }), 'seconds must be a number, not "long"'],
  ])("refuses %s and says what to do", (_, text, message) => {
    expect(() => rehearsalOf(text, "rehearsal.json")).toThrow(message);
    expect(() => rehearsalOf(text, "rehearsal.json")).toThrow("run ./rzp rehearse again, or remove it");
  });
});
