import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, describe, expect, it } from "vitest";
import { fileOf } from "../homelab.ts";
import { home } from "../rendered.test-data.ts";
import { pinOf, versionsOf } from "./catalog.ts";
import { datedLines, dayOf, pinsOf } from "./pins.ts";

const COMMIT = "a".repeat(40);
const NOBODY = "0".repeat(40);
const blamed = (commit: string, seconds: number, text: string): string => `${commit} 1 1 1\nauthor Somebody\nauthor-time ${seconds}\nauthor-tz +0200\nsummary feat: a thing\nfilename a.ts\n\t${text}`;

describe("datedLines", () => {
  it("takes the author's day, in UTC, and none of a line that is not committed", () => {
    const porcelain = [blamed(COMMIT, 1_767_225_599, 'version: "1.2.3"'), blamed(NOBODY, 1_767_225_601, "\tindented")].join("\n");
    expect(datedLines(porcelain)).toEqual([{ text: 'version: "1.2.3"', day: "2025-12-31" }, { text: "\tindented" }]);
    expect(datedLines("")).toEqual([]);
  });
});

describe("dayOf", () => {
  const lines = [{ text: '  image: "x:1.2.3@sha256:0"', day: "2026-02-01" }, { text: "// since 1.2 it asks", day: "2026-03-01" }, { text: 'version: "1x2"', day: "2026-04-01" }];
  it.each<[version: string, day: string | undefined]>([
    ["1.2.3", "2026-02-01"],
    ["1.2", "2026-03-01"],
    ["2.3", undefined],
    ["1.x2", undefined],
  ])("%s: %s", (version, day) => {
    expect(dayOf(version, lines)).toBe(day);
  });

  it("is not told while the line that names it is not committed", () => {
    expect(dayOf("1.2.3", [...lines, { text: "1.2.3" }])).toBeUndefined();
  });
});

describe("pinsOf", () => {
  const base = mkdtempSync(join(tmpdir(), "rzp-pins-"));
  const git = (words: string[], when = "2026-05-06T12:00:00Z") =>
    execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...words], { cwd: base, env: { GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: "2026-07-08T00:00:00Z" } });
  const sonarr = home.context.service("sonarr");
  const version = versionsOf(sonarr)[0]?.version ?? "";
  const write = (text: string): void => {
    const file = join(base, fileOf(sonarr));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  afterEach(() => { rmSync(base, { recursive: true, force: true }); });

  it("asks git: the day of the commit, nothing for a line that is not committed, nothing in a shallow clone, nothing without a repository", async () => {
    const pins = () => pinsOf(home, { base, stack: "production" });
    expect(await pins()).toEqual(new Map());
    await git(["init", "-q"]);
    write(`version: ${version}\n`);
    await git(["add", "."]);
    await git(["commit", "-qm", "feat: sonarr"]);
    expect(await pins()).toEqual(new Map([[pinOf("sonarr", version), "2026-05-06"]]));
    write(`version: ${version} # touched\n`);
    expect(await pins()).toEqual(new Map());
    await git(["commit", "-qam", "fix: touched"], "2026-06-01T00:00:00Z");
    writeFileSync(join(base, ".git/shallow"), (await git(["rev-parse", "HEAD"])).stdout);
    expect(await pins()).toEqual(new Map());
  });
});
