import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { rehearseCommand } from "./rehearse.ts";

describe("rehearse", () => {
  it("refuses a tree that is not what the declarations say, before anything is started", async () => {
    const base = mkdtempSync(join(tmpdir(), "rzp-stale-"));
    const said = vi.spyOn(console, "error").mockReturnValue();
    try {
      expect(await rehearseCommand({ stack: "production", base, charts: "stand-in", patience: 1, settle: 1 })).toBe(1);
      const text = String(said.mock.calls[0]?.[0]);
      expect(text).toMatch(/^The tree is not what the declarations say, so this would be no rehearsal of them:\n\S+\.yaml /);
      expect(text).toMatch(/\d+ files differ; run \.\/rzp render and commit what it writes$/);
    } finally {
      said.mockRestore();
      rmSync(base, { recursive: true });
    }
  });
});
