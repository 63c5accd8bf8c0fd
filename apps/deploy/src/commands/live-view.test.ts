import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { liveView } from "./live-view.ts";

function written(isTTY: boolean, show: (view: ReturnType<typeof liveView>) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 30 }) as unknown as NodeJS.WriteStream;
  show(liveView(stream));
  return stripVTControlCharacters(String((stream as unknown as PassThrough).read() ?? ""));
}

describe("how a rehearsal is shown", () => {
  it("is a line for each step and for each thing that comes up, where there is no terminal", () => {
    const text = written(false, ({ line, step, change, end }) => {
      line("Argo CD runs");
      step("everything comes up");
      change({ application: "sonarr", state: "OutOfSync, Missing, syncing", seconds: 3, up: 0 });
      change({ application: "sonarr", state: "Synced, Healthy", seconds: 12.4, up: 1 });
      change({ application: "sonarr", state: "Synced, Healthy", seconds: 13, up: 1 });
      end();
    });
    expect(text).toBe("Argo CD runs\n-- everything comes up\n   12 s  sonarr is up (1)\n");
  });

  it("is a picture on a terminal, which stays below the lines that are written", () => {
    const text = written(true, ({ line, step, change }) => {
      step("everything comes up");
      change({ application: "sonarr", state: "OutOfSync, Missing", seconds: 3, up: 0 });
      line("Argo CD runs");
    });
    expect(text.slice(text.lastIndexOf("Argo CD runs"))).toMatch(/everything comes up {2}3 s\n0 up, 1 on their way\n {2}sonarr +OutOfSync, Missing/);
  });
});
