import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { readSecrets } from "@rzp/infisical/reader";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { APP, loadStack } from "../config.ts";
import { engine } from "./engine.ts";

const IDENTITY = { INFISICAL_CLIENT_ID: "id", INFISICAL_CLIENT_SECRET: "never-shown" };
const PIPELINE = { PROXMOX_VE_API_TOKEN: "from-infisical", GIT_TOKEN: "from-infisical" };

/** What the stand-in for `pulumi` was started with: it writes down its arguments, folder and environment, and ends with EXIT_WITH. */
interface Started {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
}

let folder = "";
const said: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rzp-engine-"));
  const pulumi = join(folder, "pulumi");
  writeFileSync(
    pulumi,
    `#!${process.execPath}
if (process.argv[2] === "version") process.exit(0);
require("node:fs").writeFileSync(${JSON.stringify(join(folder, "started.json"))}, JSON.stringify({ argv: process.argv.slice(2), cwd: process.cwd(), env: process.env }));
process.exit(Number(process.env.EXIT_WITH ?? 0));
`,
  );
  chmodSync(pulumi, 0o755);
  said.length = 0;
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
  vi.stubEnv("PATH", [folder, process.env.PATH].join(delimiter));
  for (const name of Object.keys({ ...IDENTITY, ...PIPELINE })) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const started = (): Started => JSON.parse(readFileSync(join(folder, "started.json"), "utf8")) as Started;
const wasStarted = (): boolean => existsSync(join(folder, "started.json"));
const unread = vi.fn<typeof readSecrets>(() => Promise.reject(new Error("nothing is to be read")));

describe("the real engine", () => {
  it("is started on the stack, with the words it was given", async () => {
    expect(await engine("up", "production", ["--yes", "--target", "urn:a b"], unread)).toBe(0);
    expect(started().argv).toEqual(["up", "--stack", "production", "--yes", "--target", "urn:a b"]);
    expect(said).toEqual([]);
  });

  it("gets words through the command line as they are, and runs in the app's folder wherever one stands", () => {
    const { status } = spawnSync(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", join(APP, "src/cli.ts"), "preview", "--diff", "--target", "urn:a b"], {
      cwd: folder,
    });
    expect(status).toBe(0);
    expect(started().argv).toEqual(["preview", "--stack", "production", "--diff", "--target", "urn:a b"]);
    expect(started().cwd).toBe(APP);
  });

  it("has the tokens in its environment, read as the identity, and never the identity itself", async () => {
    for (const [name, value] of Object.entries(IDENTITY)) vi.stubEnv(name, value);
    vi.stubEnv("PULUMI_BACKEND_URL", "file:///state");
    const read = vi.fn<typeof readSecrets>(() => Promise.resolve(PIPELINE));
    expect(await engine("refresh", "production", [], read)).toBe(0);

    const { siteUrl, projectId, environment } = loadStack("production").infisical;
    expect(read).toHaveBeenCalledExactlyOnceWith({ siteUrl, projectId, environment, clientId: "id", clientSecret: "never-shown", paths: ["/pipeline"] });
    expect(started().env).toMatchObject({ ...PIPELINE, PULUMI_BACKEND_URL: "file:///state" });
    expect(Object.keys(started().env)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^INFISICAL_CLIENT_/)]));
    expect(JSON.stringify(started())).not.toContain("never-shown");
    expect(process.env.GIT_TOKEN).toBeUndefined();
  });

  it.each([
    ["INFISICAL_CLIENT_SECRET", { INFISICAL_CLIENT_ID: "id" }],
    ["INFISICAL_CLIENT_SECRET", { INFISICAL_CLIENT_ID: "id", INFISICAL_CLIENT_SECRET: "" }],
    ["INFISICAL_CLIENT_ID", { INFISICAL_CLIENT_SECRET: "never-shown" }],
  ])("is not started with half an identity: %s is missed by name", async (missing, half) => {
    for (const [name, value] of Object.entries(half)) vi.stubEnv(name, value);
    await expect(engine("up", "production", [], unread)).rejects.toThrow(
      `the environment cannot be used:\n  ${missing} is not set, and half an identity cannot log in to Infisical; set both, or neither with the tokens in the environment`,
    );
    expect(wasStarted()).toBe(false);
  });

  it.each(["up", "destroy"] as const)("says after a failed %s what the state needs, since a failed change is recorded as done", async (verb) => {
    vi.stubEnv("EXIT_WITH", "3");
    expect(await engine(verb, "production", [], unread)).toBe(3);
    expect(said).toEqual([
      `${verb} failed, and the state may call changes done that were not made: check that the tokens work, then "./rzp refresh --stack production", then "./rzp ${verb} --stack production".`,
    ]);
  });

  it.each(["preview", "refresh"] as const)("says nothing of the kind after a failed %s, which changes no machine", async (verb) => {
    vi.stubEnv("EXIT_WITH", "3");
    expect(await engine(verb, "production", [], unread)).toBe(3);
    expect(said).toEqual([]);
  });
});
