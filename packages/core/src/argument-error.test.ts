import { describe, expect, it } from "vitest";
import { ArgumentError, didYouMean, nearest, refusal, refuseUnknown } from "./index.ts";

describe("ArgumentError", () => {
  it.each([
    [{ path: "disks[0].size", problem: "is 4Gi", expected: "Talos needs at least 10Gi." }, 'ProxmoxVm "cp-1": disks[0].size is 4Gi. Talos needs at least 10Gi.'],
    [{ path: "", problem: "names no disk" }, 'ProxmoxVm "cp-1": names no disk.'],
  ])("says where, what and what would be right", (problem, message) => {
    const error = new ArgumentError("ProxmoxVm", "cp-1", problem);
    expect(error.message).toBe(message);
    expect(error).toMatchObject({ name: "ArgumentError", component: "ProxmoxVm", instance: "cp-1", problem });
  });
});

describe("refusal", () => {
  it.each<[[string, string, string?], string, object]>([
    [["disks.scsi0", "is missing"], 'ProxmoxVm "cp-1": disks.scsi0 is missing.', { path: "disks.scsi0", problem: "is missing" }],
    [["cores", "is 0", "Use 1 to 1024."], 'ProxmoxVm "cp-1": cores is 0. Use 1 to 1024.', { path: "cores", problem: "is 0", expected: "Use 1 to 1024." }],
  ])("throws %j as the ArgumentError of its instance", (words, message, problem) => {
    const refuse = (): never => refusal("ProxmoxVm", "cp-1")(...words);
    expect(refuse).toThrow(ArgumentError);
    expect(refuse).toThrow(expect.objectContaining({ component: "ProxmoxVm", instance: "cp-1", message, problem }));
  });
});

describe("refuseUnknown", () => {
  const refuse = (args: object | undefined, path?: string) => (): void => {
    refuseUnknown(refusal("Workload", "app"), args, { port: true, peers: true }, path);
  };

  it.each<[object, string | undefined, string]>([
    [{ port: 1, peer: false }, undefined, 'peer is no argument here. Did you mean "peers"?'],
    [{ wrong: undefined }, "relax", "relax.wrong is no argument here. Known are: port, peers."],
    [[{ port: 1 }, { peer: false }], "ports", 'ports[1].peer is no argument here. Did you mean "peers"?'],
  ])("refuses %j at %j", (args, path, message) => {
    expect(refuse(args, path)).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `Workload "app": ${message}` }));
  });

  it.each([[undefined], [{}], [[]], [{ peers: false }], [[{ port: 1 }, {}]]])("takes %j", (args) => {
    expect(refuse(args, "ports")).not.toThrow();
  });
});

describe("nearest", () => {
  it.each([
    ["prowlar", ["prowlarr", "sonarr"], "prowlarr"],
    ["sonar", ["prowlarr", "sonarr"], "sonarr"],
    ["zzz", ["prowlarr", "sonarr"], undefined],
    ["x", [], undefined],
  ])("%s among %j is %s", (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  it("lists what is known when nothing is near", () => {
    expect(didYouMean("zzzz", ["plex", "kavita"])).toBe("Known are: plex, kavita.");
    expect(didYouMean("plx", ["plex", "kavita"])).toBe('Did you mean "plex"?');
    expect(didYouMean("plx", [])).toBe("None is known here.");
  });
});
