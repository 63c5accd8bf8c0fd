import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { renderCommand } from "../commands/render.ts";

it("the reference is under the same check as the manifests", async () => {
  const base = mkdtempSync(join(tmpdir(), "rzp-reference-"));
  const said: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  await renderCommand({ stack: "production", base });
  writeFileSync(join(base, "docs/reference/port-registry.md"), "# Nothing\n");
  rmSync(join(base, "docs/reference/service-catalog/traefik.md"));
  expect(await renderCommand({ stack: "production", base, check: true })).toBe(1);
  vi.restoreAllMocks();
  rmSync(base, { recursive: true });
  expect(said.filter((line) => line.startsWith("docs/")).map((line) => line.split(" ")[0])).toEqual(["docs/reference/port-registry.md", "docs/reference/service-catalog/traefik.md"]);
});
