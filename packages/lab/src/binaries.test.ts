import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheFolder, findBinaries } from "./binaries.ts";
import { cacheName } from "./tools.ts";

let room: string;

beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "rzp-binaries-"));
});

afterEach(() => {
  rmSync(room, { recursive: true, force: true });
});

/** A folder with programs that can be run, and nothing else. */
function folder(name: string, programs: Readonly<Record<string, string>>): string {
  const path = join(room, name);
  mkdirSync(path, { recursive: true });
  for (const [file, script] of Object.entries(programs)) {
    writeFileSync(join(path, file), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, file), 0o755);
  }
  return path;
}

/** A Go that writes what it is told to build, or, asked for a module's folder, names one with whatever is wanted of it. */
const GO = `case $1 in
  build) while [ "$1" != -o ]; do shift; done; echo built > "$2"; chmod +x "$2" ;;
  list) echo "$MODULE" ;;
esac`;

const cache = (): string => join(room, "cache");

describe("findBinaries takes the first that has it:", () => {
  it("RZP_LAB_BIN, PATH, KUBEBUILDER_ASSETS, the cache", async () => {
    const places = ["own", "path", "assets"].map((name) => folder(name, { etcd: "" }));
    const kept = folder(`cache/${cacheName("etcd")}`, { etcd: "" });
    const found: string[] = [];
    for (const from of [0, 1, 2, 3]) {
      const [RZP_LAB_BIN, PATH, KUBEBUILDER_ASSETS] = places.map((place, index) => (index < from ? join(room, "empty") : place));
      const { etcd } = await findBinaries(["etcd"], { build: false, cache: cache(), environment: { RZP_LAB_BIN, PATH, KUBEBUILDER_ASSETS } });
      found.push(etcd);
    }
    expect(found).toEqual([...places, kept].map((place) => join(place, "etcd")));
  });

  it("not a program without what must lie beside it", async () => {
    const bare = folder("bare", { kwok: "" });
    const whole = folder("whole", { kwok: "", "kwok-stages.yaml": "" });
    const { kwok } = await findBinaries(["kwok"], { build: false, cache: cache(), environment: { PATH: `${bare}:${whole}` } });
    expect(kwok).toBe(join(whole, "kwok"));
  });

  it("not a file that cannot be run", async () => {
    writeFileSync(join(folder("text", {}), "etcd"), "");
    await expect(findBinaries(["etcd"], { build: false, cache: cache(), environment: { PATH: join(room, "text") } })).rejects.toThrow("etcd not found");
  });
});

describe("findBinaries says what is missing and what helps", () => {
  it.each([
    ["nothing may be built", false, "kwok not found: set RZP_LAB_BIN to a folder that has them, or put them on PATH"],
    ["Go is not there", true, "kwok not found, and Go to build them with is not on PATH: set RZP_LAB_BIN to a folder that has them, or put them on PATH, or install Go"],
  ])("where %s", async (_, build, message) => {
    const environment = { PATH: folder("path", { etcd: "" }) };
    await expect(findBinaries(["etcd", "kwok"], { build, cache: cache(), environment })).rejects.toMatchObject({ name: "LabMissing", message });
  });
});

describe("findBinaries builds", () => {
  it("what is missing, once, and says so", async () => {
    const lines: string[] = [];
    const report = (line: string): unknown => lines.push(line.replaceAll(/\d+ s$/g, "? s"));
    const environment = { PATH: `${folder("path", { go: GO })}:/usr/bin:/bin` };
    const { etcd } = await findBinaries(["etcd"], { cache: cache(), environment, report });
    expect(readFileSync(etcd, "utf8")).toBe("built\n");
    expect(lines).toEqual([expect.stringMatching(/^building etcd with Go into .*cache \(once; about 2 minutes .*to avoid it set RZP_LAB_BIN/), expect.stringMatching(/^ {2}1\/1 etcd \(go.etcd.io\/etcd\/server\/v3 v3\.\d+\.\d+\) \.\.\.$/), "  1/1 etcd done in ? s"]);
    await findBinaries(["etcd"], { cache: cache(), environment: { PATH: "" }, report });
    expect(lines).toHaveLength(3);
  });

  it("with the files of its module beside it, as one file that can be run", async () => {
    const stages = join(folder("module", {}), "kustomize/stage");
    for (const file of ["node/fast/node-initialize", "node/heartbeat-with-lease/node-heartbeat-with-lease", "pod/fast/pod-ready", "pod/fast/pod-complete", "pod/fast/pod-delete"]) {
      mkdirSync(join(stages, file, ".."), { recursive: true });
      writeFileSync(join(stages, `${file}.yaml`), `${file}\n`, { mode: 0o444 });
    }
    const environment = { PATH: `${folder("path", { go: GO })}:/usr/bin:/bin`, MODULE: join(room, "module") };
    const { kwok } = await findBinaries(["kwok"], { cache: cache(), environment, report: () => undefined });
    expect(readFileSync(`${kwok}-stages.yaml`, "utf8").match(/^---$/gm)).toHaveLength(4);
  });

  it("nothing that is found later when it fails, and says what Go said", async () => {
    const environment = { PATH: `${folder("path", { go: '[ "$1" = version ] || { echo "no such module" >&2; exit 1; }' })}:/usr/bin:/bin` };
    await expect(findBinaries(["etcd"], { cache: cache(), environment, report: () => undefined })).rejects.toMatchObject({ name: "LabError", message: expect.stringMatching(/^etcd could not be built: go build failed in .*cluster:\n {2}no such module$/) as string });
    expect(readdirSync(cache())).toEqual([]);
  });

  it("the same thing twice at once without harm", async () => {
    const environment = { PATH: `${folder("path", { go: `sleep 0.2; ${GO}` })}:/usr/bin:/bin` };
    const build = (): Promise<{ etcd: string }> => findBinaries(["etcd"], { cache: cache(), environment, report: () => undefined });
    const [one, other] = await Promise.all([build(), build()]);
    expect(one).toEqual(other);
    expect(readdirSync(cache())).toEqual([cacheName("etcd")]);
  });

  it("over what an older go.mod said", async () => {
    const old = folder("cache/etcd-0123456789abcdef", { etcd: "" });
    const other = folder("cache/kubectl-0123456789abcdef", { kubectl: "" });
    await findBinaries(["etcd"], { cache: cache(), environment: { PATH: `${folder("path", { go: GO })}:/usr/bin:/bin` }, report: () => undefined });
    expect([existsSync(old), existsSync(other)]).toEqual([false, true]);
  });
});

describe("cacheFolder", () => {
  it("lies in the .rzp/ above, or in the user's own cache", () => {
    mkdirSync(join(room, "workspace/.rzp"), { recursive: true });
    mkdirSync(join(room, "workspace/packages/lab"), { recursive: true });
    expect(cacheFolder(join(room, "workspace/packages/lab"))).toBe(join(room, "workspace/.rzp/lab/bin"));
    expect(cacheFolder(room)).toMatch(/\.cache\/rzp\/lab\/bin$/);
  });
});
