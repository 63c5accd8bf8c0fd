import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../certificates.ts";
import { chartHosts } from "../outside/chart-host.ts";
import { assertReachable } from "../outside/outside.ts";
import { setStage, type StageArgs } from "./stage.ts";

/** Plays upstream: a real repository of charts, on an address of the loopback that no proxy is left out for. */
const HOST = "127.0.0.2";
const folder = mkdtempSync(join(tmpdir(), "rzp-stage-"));
let upstream: Server;
let repoURL: string;
const asked: string[] = [];

beforeAll(async () => {
  const { certificate, key } = await (await makeAuthority("elsewhere")).server(HOST, [HOST]);
  upstream = createServer({ cert: certificate, key });
  await new Promise<void>((resolve) => upstream.listen(0, HOST, resolve));
  repoURL = `https://${HOST}:${(upstream.address() as AddressInfo).port}/stable`;
  const [handler] = (await chartHosts([{ repoURL, name: "one", version: "9.9.9", files: new Map() }])).values();
  upstream.on("request", (request, response) => {
    asked.push(request.url ?? "");
    void handler?.(request, response);
  });
});

afterAll(async () => {
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Sets a stage up to where a cluster would be raised, and gives what a program there gets from an address. */
async function seenFrom(address: string, charts: readonly string[], upstreamCharts: boolean): Promise<string> {
  let seen = "";
  const raise: StageArgs["raise"] = async ({ environment }) => {
    seen = await execa("curl", ["--silent", "--show-error", "--insecure", "--fail", address], { env: environment }).then(({ stdout }) => stdout, String);
    throw new Error("no further");
  };
  const facts = charts.map((url) => ({ repoURL: url, name: "one", version: "1.0.0", replicas: 1, requests: { cpu: "1m", memory: "1Mi" }, services: [], crds: [] }));
  const args = { tree: { files: new Map([["a.yaml", "a: 1\n"]]), objects: [] }, git: { repoURL: "https://git.example.com/home/lab.git", revision: "main" }, crds: [], config: { cm: {}, params: {} }, charts: facts, operators: [], upstreamCharts, raise, report: () => undefined };
  await expect(setStage({ ...args, binaries: {} as StageArgs["binaries"] })).rejects.toThrow("no further");
  return seen;
}

describe("charts from upstream", () => {
  it("come from there, and no stand-in serves any", async () => {
    expect(await seenFrom(`${repoURL}/index.yaml`, [repoURL], true)).toContain("one-9.9.9.tgz");
    expect(asked).toEqual(["/stable/index.yaml"]);
  });

  it("are the lab's without it, and nothing is asked outside", async () => {
    asked.length = 0;
    expect(await seenFrom("https://charts.example.com/index.yaml", ["https://charts.example.com"], false)).toContain("one-1.0.0.tgz");
    expect(await seenFrom(`${repoURL}/index.yaml`, ["https://charts.example.com"], false)).toContain("403");
    expect(asked).toEqual([]);
  });

  it("that cannot be reached are named before anything starts, with what to do", async () => {
    const closed = ["https://charts.rzp.invalid/stable", "registry.rzp.invalid/charts", repoURL];
    const failure = await assertReachable(closed).catch((error: unknown) => String(error));
    expect(failure).toMatch(/charts\.rzp\.invalid \(.+\)\n {2}registry\.rzp\.invalid \(.+\)\nRun it where there is a network, or without --charts=upstream/);
    expect(failure).not.toContain(HOST);
    await expect(seenFrom(repoURL, closed, true)).rejects.toThrow("The real charts cannot be had");
  });

  it("whose host is lost later are said to be unreachable by the proxy, with the host", async () => {
    expect(await seenFrom("https://later.rzp.invalid/index.yaml", [repoURL], true)).toContain("502");
  });
});
