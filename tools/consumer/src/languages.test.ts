import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { buildGenerator, missingClasses } from "./languages.ts";
import { CommandError, Lacking } from "./run.ts";

describe("missingClasses", () => {
  it("finds the component that nobody declares, and none of those that are there", () => {
    const files = ["class ProxmoxVmArgs:\n    pass\n", "class ProxmoxVm(pulumi.ComponentResource):\n    pass\n"];
    expect(missingClasses(["rzp:proxmox:ProxmoxVm", "rzp:argocd:ArgoApp"], files)).toEqual(["ArgoApp"]);
  });
});

const noGo = spawnSync("go", ["version"]).status !== 0;

describe.skipIf(noGo)("the generator (skipped where there is no Go)", () => {
  const root = mkdtempSync(join(tmpdir(), "rzp-generator-"));
  afterEach(() => { rmSync(root, { recursive: true, force: true }); });

  it("that does not compile is a fault of ours, and nothing that this machine lacks", async () => {
    const source = join(root, "packages/provider/codegen");
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, "go.mod"), "module example.com/codegen\n\ngo 1.21\n");
    writeFileSync(join(source, "main.go"), "package main\n\nfunc main() { nobody() }\n");
    const error: unknown = await buildGenerator(root).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).not.toBeInstanceOf(Lacking);
    expect(String(error)).toContain("undefined: nobody");
  }, 120_000);
});
