import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { findCrds, type Crd } from "./crds.ts";
import { LabError } from "./errors.ts";
import { PROJECTS } from "./projects.ts";

let room: string;

beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "rzp-crds-"));
});

afterEach(() => {
  rmSync(room, { recursive: true, force: true });
});

const crd = (group: string, kind: string): Crd => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: { group, names: { kind, plural: `${kind.toLowerCase()}s` } },
});

function write(file: string, ...objects: readonly unknown[]): string {
  mkdirSync(join(room, file, ".."), { recursive: true });
  writeFileSync(join(room, file), objects.map((object) => `---\n${stringify(object)}`).join(""));
  return join(room, file, "..");
}

/** A Go that has one module, at `home`, and writes down what it was asked for. */
function goWith(home: string): string {
  mkdirSync(join(room, "bin"));
  writeFileSync(join(room, "bin/go"), `#!/bin/sh\necho "$@" >> ${room}/asked\n[ "$1" = version ] || echo '{ "Dir": "${home}" }'\n`);
  chmodSync(join(room, "bin/go"), 0o755);
  return `${join(room, "bin")}:/bin:/usr/bin`;
}

const found = ({ crds }: { crds: readonly Crd[] }): string[] => crds.map(({ metadata }) => metadata.name).sort();
const ISSUER = { group: "cert-manager.io", kind: "ClusterIssuer" };
const quiet = { report: (): undefined => undefined };

describe("findCrds", () => {
  it("takes those that are used, and no others, from RZP_LAB_CRDS", async () => {
    write("crds/cert-manager/all.yaml", crd("cert-manager.io", "ClusterIssuer"), crd("cert-manager.io", "Issuer"), { kind: "ConfigMap" });
    write("crds/mine/one.yml", crd("example.com", "Widget"));
    const result = await findCrds([ISSUER, { group: "example.com", kind: "Widget" }, { group: "", kind: "Service" }], { environment: { RZP_LAB_CRDS: join(room, "crds") } });
    expect([found(result), result.missing]).toEqual([["clusterissuers.cert-manager.io", "widgets.example.com"], []]);
  });

  it("reads out of Go modules what is not there", async () => {
    write("crds/mine/one.yaml", crd("cert-manager.io", "Certificate"));
    const home = write("module/deploy/crds/issuers.yaml", crd("cert-manager.io", "ClusterIssuer"), crd("cert-manager.io", "Certificate"));
    const lines: string[] = [];
    const environment = { RZP_LAB_CRDS: join(room, "crds"), PATH: goWith(join(home, "../..")) };
    const result = await findCrds([ISSUER, { group: "cert-manager.io", kind: "Certificate" }], { environment, report: (line) => lines.push(line) });
    expect([found(result), result.missing]).toEqual([["certificates.cert-manager.io", "clusterissuers.cert-manager.io"], []]);
    expect(lines).toEqual(["reading the CRDs of github.com/cert-manager/cert-manager out of their Go modules"]);
  });

  it.each([
    ["Go is missing", ISSUER, "they are not in RZP_LAB_CRDS, and Go to get them with is not on PATH"],
    ["no module has it", { group: "longhorn.io", kind: "Volume" }, "they are not in RZP_LAB_CRDS, and its Go module is not published"],
  ])("says why a kind is without when %s", async (_, kind, why) => {
    expect(await findCrds([kind], { environment: { PATH: "" }, ...quiet })).toEqual({ crds: [], missing: [{ ...kind, why }] });
  });

  it("leaves a kind that no project defines to the API server", async () => {
    expect(await findCrds([{ group: "example.com", kind: "Widget" }], { environment: { PATH: "" } })).toEqual({ crds: [], missing: [] });
  });

  it("says so when RZP_LAB_CRDS is no folder", async () => {
    await expect(findCrds([ISSUER], { environment: { RZP_LAB_CRDS: join(room, "none") } })).rejects.toThrow(new LabError(`There are no CRDs at ${room}/none: it does not exist.`));
  });
});

// Only what Go has already: a test fetches nothing.
const offline = { ...process.env, GOPROXY: "off", RZP_LAB_CRDS: "" };
const EXAMPLES = ["argoproj.io/AppProject", "barmancloud.cnpg.io/ObjectStore", "cert-manager.io/ClusterIssuer", "metallb.io/IPAddressPool", "postgresql.cnpg.io/Cluster", "traefik.io/IngressRoute", "velero.io/Schedule"];
const modules = await Promise.all(
  EXAMPLES.map(async (example) => {
    const [group = "", kind = ""] = example.split("/");
    return { example, result: await findCrds([{ group, kind }], { environment: offline, ...quiet }).catch((error: unknown) => error as Error) };
  }),
);

describe("the module of", () => {
  it("every project that has one is looked into below", () => {
    const groups = PROJECTS.filter(({ module }) => module !== undefined).map(({ groups: [group] }) => group);
    expect(EXAMPLES.map((example) => example.split("/")[0])).toEqual(groups);
  });

  for (const { example, result } of modules) {
    const absent = result instanceof Error || result.missing.some(({ why }) => why.includes("Go to get them with"));
    it.skipIf(absent)(`${example} has its CRD${absent ? " (skipped: it would have to be downloaded)" : ""}`, () => {
      expect(result).toMatchObject({ crds: [{ spec: { group: example.split("/")[0], names: { kind: example.split("/")[1] } } }], missing: [] });
    });
  }
});
