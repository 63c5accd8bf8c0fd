import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { readSecrets } from "@rzp/infisical/reader";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { APP, loadStack } from "../config.ts";
import type { Outcome } from "../preflight/check.ts";
import type { preflight } from "../preflight/preflight.ts";
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
const outcome = (status: Outcome["status"], more: Partial<Outcome> = {}): Outcome => ({ name: "machines", holds: "every id is free or ours", status, problems: [], ...more });
const clear = vi.fn<typeof preflight>(() => Promise.resolve([outcome("ok")]));
const CLEAR = "preflight: 1 of 1 checks ok";
const unread = vi.fn<typeof readSecrets>(() => Promise.reject(new Error("nothing is to be read")));

describe("the real engine", () => {
  it("is started on the stack, with the words it was given", async () => {
    expect(await engine("up", "production", ["--yes", "--target", "urn:a b"], { read: unread, check: clear })).toBe(0);
    expect(started().argv).toEqual(["up", "--stack", "production", "--yes", "--target", "urn:a b"]);
    expect(said).toEqual([CLEAR]);
  });

  it("gets words through the command line as they are, and runs in the app's folder wherever one stands", () => {
    // Only what comes before pulumi is taken out: it would ask the real vendors.
    const clearly = "data:text/javascript,export const preflight=async()=>[];export const isClear=()=>true";
    const hooks = `import {registerHooks} from "node:module"; registerHooks({resolve: (name, context, next) => name.endsWith("/preflight/preflight.ts") ? {url: ${JSON.stringify(clearly)}, shortCircuit: true} : next(name, context)})`;
    const words = ["preview", "--diff", "--skip", "tree: rendered elsewhere", "--target", "urn:a b"];
    const { status } = spawnSync(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", `--import=data:text/javascript,${encodeURIComponent(hooks)}`, join(APP, "src/cli.ts"), ...words], { cwd: folder });
    expect(status).toBe(0);
    expect(started().argv).toEqual(["preview", "--stack", "production", "--diff", "--target", "urn:a b"]);
    expect(started().cwd).toBe(APP);
  });

  it("has the tokens in its environment, read as the identity, and never the identity itself", async () => {
    for (const [name, value] of Object.entries(IDENTITY)) vi.stubEnv(name, value);
    vi.stubEnv("PULUMI_BACKEND_URL", "file:///state");
    const read = vi.fn<typeof readSecrets>(() => Promise.resolve(PIPELINE));
    expect(await engine("refresh", "production", [], { read, check: clear })).toBe(0);

    const { siteUrl, projectId, environment } = loadStack("production").infisical;
    expect(read).toHaveBeenCalledExactlyOnceWith({ siteUrl, projectId, environment, clientId: "id", clientSecret: "never-shown", paths: ["/pipeline"], timeoutMs: 3500 });
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
    await expect(engine("up", "production", [], { read: unread, check: clear })).rejects.toThrow(
      `the environment cannot be used:\n  ${missing} is not set, and half an identity cannot log in to Infisical; set both, or neither with the tokens in the environment`,
    );
    expect(wasStarted()).toBe(false);
  });

  it.each(["up", "destroy"] as const)("says after a failed %s what the state needs, since a failed change is recorded as done", async (verb) => {
    vi.stubEnv("EXIT_WITH", "3");
    expect(await engine(verb, "production", [], { read: unread, check: clear })).toBe(3);
    expect(said).toEqual([
      CLEAR,
      `${verb} failed, and the state may call changes done that were not made: check that the tokens work, then "./rzp refresh --stack production", then "./rzp ${verb} --stack production".`,
    ]);
  });

  it.each(["preview", "refresh"] as const)("says nothing of the kind after a failed %s, which changes no machine", async (verb) => {
    vi.stubEnv("EXIT_WITH", "3");
    expect(await engine(verb, "production", [], { read: unread, check: clear })).toBe(3);
    expect(said).toEqual([CLEAR]);
  });
});

describe("the preflight", () => {
  const refused = outcome("failed", { problems: [{ problem: '2011 (cp-1) is taken by "nas" on pve-1.', remedy: "Give cp-1 another vmId." }] });

  it.each(["preview", "up", "refresh", "destroy"] as const)("stops %s before pulumi is started, with what to do", async (verb) => {
    const check = vi.fn<typeof preflight>(() => Promise.resolve([outcome("ok"), refused]));
    expect(await engine(verb, "production", [], { read: unread, check })).toBe(1);
    expect(check.mock.calls[0]?.[0]).toMatchObject({ name: "production", verb });
    expect(wasStarted()).toBe(false);
    expect(said.join("\n")).toMatch(/FAILED.*machines.*\n.*2011 \(cp-1\) is taken by "nas" on pve-1\.\n.*Give cp-1 another vmId\.\npreflight: 1 of 2 checks ok, 1 failed\nNothing was done\./);
  });

  it("stops it too where something could not be looked at", async () => {
    expect(await engine("up", "production", [], { read: unread, check: () => Promise.resolve([outcome("open", { reason: "not looked at" })]) })).toBe(1);
    expect(wasStarted()).toBe(false);
  });

  it("looks with the tokens that pulumi would get, and without the identity", async () => {
    for (const [name, value] of Object.entries(IDENTITY)) vi.stubEnv(name, value);
    const check = vi.fn<typeof preflight>(() => Promise.resolve([outcome("ok")]));
    await engine("up", "production", [], { read: () => Promise.resolve(PIPELINE), check });
    const { environment } = check.mock.calls[0]?.[0] ?? {};
    expect(await environment?.()).toMatchObject(PIPELINE);
    expect(JSON.stringify(await environment?.())).not.toContain("never-shown");
  });

  it("leaves out what somebody gave a reason for, and says so", async () => {
    const skipped = outcome("skipped", { name: "addresses", reason: "the old router answers" });
    const check = vi.fn<typeof preflight>(() => Promise.resolve([skipped]));
    expect(await engine("up", "production", [], { skip: ["addresses: the old router answers"], read: unread, check })).toBe(0);
    expect(check.mock.calls[0]?.[0].skipped).toEqual(new Map([["addresses", "the old router answers"]]));
    expect(said.join("\n")).toMatch(/skipped.*addresses.*the old router answers\npreflight: 0 of 1 checks ok, 1 skipped/);
  });

  it.each([
    ["adresses: because", 'names no check. Did you mean "addresses"?'],
    ["addresses", 'says no reason. Write it as --skip "addresses: why it may be left out this once"'],
    ["machines: I know what I do", "is not skipped by anybody: without it a provider does harm and says nothing"],
    ["last-run: it was nothing", "is not skipped by anybody"],
    ["proxmox: later", "is not skipped by anybody"],
  ])("is not left out by %s", async (word, message) => {
    await expect(engine("up", "production", [], { skip: [word], read: unread, check: clear })).rejects.toThrow(message);
    expect(wasStarted()).toBe(false);
  });
});
