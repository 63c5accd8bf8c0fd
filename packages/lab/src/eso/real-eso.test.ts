import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ControlPlane } from "../control-plane.ts";
import { Processes } from "../processes.ts";
import { storeHosts } from "./objects.ts";
import { checkEso, startRealEso } from "./real-eso.ts";

const folder = mkdtempSync(join(tmpdir(), "rzp-eso-"));
const said = join(folder, "said");
const program = (name: string, mode: number, lines: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, mode);
  return path;
};
const controller = program("external-secrets", 0o755, `echo "$KUBECONFIG $HTTPS_PROXY $*" >> ${said}\nexec sleep 60`);
const processes = new Processes();

afterAll(async () => {
  await processes.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the program that --eso names", () => {
  it("is found from where one stands", () => {
    expect(checkEso(controller)).toBe(controller);
  });

  it.each([
    ["a path with nothing there", join(folder, "missing"), "there is no"],
    ["a folder", folder, "is not a file"],
    ["a file that is no program", program("text", 0o644, ""), "cannot be executed. Run chmod +x"],
  ])("is refused when it is %s, with what would be right", (_, path, message) => {
    expect(() => checkEso(path)).toThrow(`--eso=${path}: `);
    expect(() => checkEso(path)).toThrow(message);
    expect(() => checkEso(path)).toThrow(/the lab plays (it|the operator) then\./);
  });
});

describe("the real operator", () => {
  const reported: string[] = [];
  let isAvailable = false;
  let asked = 0;
  let operator: ReturnType<typeof startRealEso>;

  beforeAll(() => {
    const controlPlane = { processes, kubeconfig: "/the/kubeconfig" } as unknown as ControlPlane;
    operator = startRealEso({ binary: controller, controlPlane, environment: { HTTPS_PROXY: "http://127.0.0.1:1" }, isRunning: () => Promise.resolve((asked += 1) > 0 && isAvailable), report: (line) => reported.push(line) });
  });

  it("runs when its Deployment is available and not before, against the lab's cluster, on the loopback only, and ends with it", async () => {
    await vi.waitFor(() => { expect(asked).toBeGreaterThan(1); }, 10_000);
    expect(processes.daemons).toEqual([]);
    expect(existsSync(said)).toBe(false);
    isAvailable = true;
    await vi.waitFor(() => { expect(readFileSync(said, "utf8")).toMatch(/^\/the\/kubeconfig http:\/\/127\.0\.0\.1:1 --metrics-addr 127\.0\.0\.1:\d+ --live-addr 127\.0\.0\.1:\d+\n$/); }, 10_000);
    expect(reported).toEqual([`the External Secrets Operator runs: ${controller}`]);
    isAvailable = false;
    await vi.waitFor(() => { expect(processes.daemons[0]?.ended()).toBe("SIGTERM"); }, 10_000);
  });

  it("is told of when it ends by itself, and stops with the lab", async () => {
    isAvailable = true;
    await vi.waitFor(() => { expect(processes.daemons).toHaveLength(2); }, 10_000);
    await processes.daemons[1]?.stop("SIGKILL");
    await vi.waitFor(() => { expect(reported.at(-1)).toContain("the External Secrets Operator ended (SIGKILL); its log is "); }, 10_000);
    await operator.stop();
    expect(processes.daemons.every((daemon) => daemon.ended() !== undefined)).toBe(true);
  });
});

describe("Infisical's addresses", () => {
  it("are those of the stores, each once, and its own where none is named", () => {
    const store = (kind: string, infisical: object | undefined): Parameters<typeof storeHosts>[0][number] => ({ apiVersion: "external-secrets.io/v1", kind, metadata: { name: "a" }, spec: { provider: infisical === undefined ? { fake: {} } : { infisical } } });
    const named = { hostAPI: "https://eu.infisical.com" };
    expect(storeHosts([store("ClusterSecretStore", named), store("SecretStore", named), store("ClusterSecretStore", {}), store("ClusterSecretStore", undefined), store("Other", { hostAPI: "https://x" })])).toEqual(["https://eu.infisical.com", "https://app.infisical.com"]);
  });
});
