import { ComponentResource, log, output, ResourceError, secret } from "@pulumi/pulumi";
import { ArgumentError } from "@rzp/core";
import { isSecret, record, valueOf } from "@rzp/testing";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { onceReady, PACE, type Wait } from "./api-ready.ts";
import { freePort, kubeconfig, makeAuthority, startApiServer, type Answer, type ApiServer, type Authority, type Identity } from "./api-server.test-server.ts";
import { apiReady } from "./index.ts";

const ok: Answer = () => ({ status: 200, body: "ok" });
const notYet: Answer = () => ({ status: 503, body: "[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac/bootstrap-roles failed: reason withheld\nreadyz check failed\n" });
// As a control plane starts: not ready twice, then ready.
const starting: Answer = (nth) => (nth <= 2 ? notYet(nth) : ok(nth));

let cluster: Authority;
let admin: Identity;
let port: number;
let config: string;
const servers: ApiServer[] = [];

beforeAll(async () => {
  cluster = await makeAuthority("kubernetes");
  admin = await cluster.issue("client");
});

/** Another address each time, at which nobody answers yet. */
async function address(): Promise<string> {
  port = await freePort();
  config = kubeconfig(`https://127.0.0.1:${port}`, cluster.cert, admin);
  return config;
}

async function listen(answer: Answer, { authority = cluster, name = "127.0.0.1" } = {}): Promise<ApiServer> {
  const server = await startApiServer(port, authority.cert, await authority.issue({ address: name }), answer);
  servers.push(server);
  return server;
}

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Without pauses worth mentioning; every try is told. */
const wait = (change: Partial<Wait> = {}): Wait => ({ timeout: "10m", timeoutMs: 4_000, pauseMs: 5, answerMs: 5_000, noteEveryMs: 0, note: () => undefined, ...change });

describe("apiReady", () => {
  it("holds back a cluster whose API refuses first and is not ready then, until it is, and goes in with the client certificate", async () => {
    const notes: string[] = [];
    let server: Promise<ApiServer> | undefined;
    const note = (message: string): void => {
      notes.push(message.replaceAll(String(port), "PORT"));
      server ??= listen(starting);
    };
    expect(await onceReady(await address(), wait({ note }))).toBe(config);
    expect(new Set(notes)).toEqual(
      new Set([
        "waiting for the Kubernetes API at https://127.0.0.1:PORT: ECONNREFUSED; 10m at most",
        "waiting for the Kubernetes API at https://127.0.0.1:PORT: status 503 (etcd, poststarthook/rbac/bootstrap-roles); 10m at most",
      ]),
    );
    expect((await server)?.requests).toEqual(["GET /readyz", "GET /readyz", "GET /readyz"]);
  });

  it("gives the kubeconfig it was given, as a secret, also where the given one was none", async () => {
    await address();
    const server = await listen(ok);
    const { result } = await record(() => [apiReady(secret(config)), apiReady(output(config))]);
    for (const ready of result) expect([await valueOf(ready), await isSecret(ready)]).toEqual([config, true]);
    expect(server.requests).toEqual(["GET /readyz", "GET /readyz"]);
  });

  it("waits for nothing in a preview, and reads nothing", async () => {
    const { result } = await record(() => ({ ready: apiReady(output("not even a kubeconfig")) }), { preview: true });
    expect([await valueOf(result.ready), await isSecret(result.ready)]).toEqual(["not even a kubeconfig", true]);
  });

  it.each([
    ["1m", "1m"],
    [undefined, "10m"],
  ])("says on the resource what it waits for: with the timeout %s for %s", async (timeout, told) => {
    await address();
    const logged = vi.spyOn(log, "info").mockImplementation(async () => {
      await listen(ok);
    });
    const { result } = await record(() => {
      const resource = new ComponentResource("test:index:Cluster", "homelab");
      return { resource, ready: apiReady(output(config), { resource, ...(timeout === undefined ? {} : { timeout }) }) };
    });
    await valueOf(result.ready);
    expect(logged.mock.calls).toEqual([[`waiting for the Kubernetes API at https://127.0.0.1:${port}: ECONNREFUSED; ${told} at most`, result.resource]]);
  });

  it("asks, and says so, many times within the default timeout: one answer that never comes does not use it up", () => {
    const timeoutMs = 10 * 60_000;
    expect((PACE.answerMs + PACE.pauseMs) * 60).toBeLessThan(timeoutMs);
    expect(PACE.noteEveryMs * 10).toBeLessThan(timeoutMs);
  });

  it("tells a long wait at its pace and not at each try", async () => {
    const notes: string[] = [];
    await address();
    const server = await listen(starting);
    await onceReady(config, wait({ noteEveryMs: 30_000, note: (message) => notes.push(message) }));
    expect(server.requests).toHaveLength(3);
    expect(notes).toHaveLength(1);
  });

  it.each(["soon", "10", "0s", ""])("refuses the timeout %j before anything is waited for", (timeout) => {
    const refused = (): unknown => apiReady(output("x"), { timeout });
    expect(refused).toThrow(ArgumentError);
    expect(refused).toThrow(`apiReady "kubeconfig": timeout "${timeout}" is not a duration. Write it as 90s or 10m.`);
  });
});

describe("a cluster that never gets ready", () => {
  const end = async (change: Partial<Wait> = {}, text = config): Promise<string> => {
    const failed: unknown = await onceReady(text, wait({ timeout: "20ms", timeoutMs: 20, ...change })).catch((error: unknown) => error);
    if (!ResourceError.isInstance(failed)) throw new Error("it was ready");
    expect(failed.hideStack).toBe(true);
    expect(failed.message).not.toMatch(/BEGIN|PRIVATE/);
    for (const secret of [admin.key, admin.cert].map((pem) => pem.split("\n")[1] ?? "")) expect(`${failed.message}${failed.stack ?? ""}`).not.toContain(secret);
    return failed.message;
  };

  it("is told with its address, the last answer and what to check", async () => {
    await address();
    expect(await end()).toBe(
      [
        `The Kubernetes API at https://127.0.0.1:${port} was not ready within 20ms; last answer: ECONNREFUSED.`,
        "Are the control planes running, is the address (the VIP) nobody else's, and can it be reached from here? `talosctl health` says what the cluster waits for.",
        "What was made stays; run `up` again when it is well.",
      ].join("\n"),
    );
  });

  it("because it refuses the administrator", async () => {
    await address();
    await listen(() => ({ status: 401, body: "" }));
    expect(await end()).toContain("last answer: status 401.");
  });

  it("because it does not answer", async () => {
    await address();
    await listen(() => undefined);
    expect(await end({ answerMs: 50 })).toContain("last answer: no answer within 0.05 s.");
  });

  it.each(["1", "0"])("because somebody else holds the address: another authority, with NODE_TLS_REJECT_UNAUTHORIZED=%s", async (value) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", value);
    await address();
    const server = await listen(ok, { authority: await makeAuthority("kubernetes") });
    expect(await end()).toMatch(/last answer: [A-Z_]*(CERT|SIGNATURE)[A-Z_]*\./);
    expect(server.requests).toEqual([]);
  });

  it("because its certificate is for another address", async () => {
    await address();
    const server = await listen(ok, { name: "127.0.0.2" });
    expect(await end()).toContain("last answer: ERR_TLS_CERT_ALTNAME_INVALID.");
    expect(server.requests).toEqual([]);
  });

  it("because the client certificate is another cluster's", async () => {
    await address();
    const server = await listen(ok);
    const stranger = await (await makeAuthority("kubernetes")).issue("client");
    expect(await end({}, kubeconfig(`https://127.0.0.1:${port}`, cluster.cert, stranger))).toMatch(/last answer: (ERR_SSL_[A-Z0-9_]+|ECONNRESET)\./);
    expect(server.requests).toEqual([]);
  });
});

describe("a kubeconfig that cannot be used is told at once, without a word of it", () => {
  const change = (from: RegExp, to: string) => (text: string) => text.replace(from, to);
  it.each<[string, (text: string) => string]>([
    ["is not YAML", (text) => `${text}\n\t: [`],
    ["is empty", () => ""],
    ["has no context for its current context", change(/current-context: .*/, "current-context: other")],
    ["has no cluster for its current context", change(/cluster: homelab/, "cluster: other")],
    ["has no user for its current context", change(/ user: admin@homelab/, " user: other")],
    ["has no https address of a server", change(/https:/, "http:")],
    ["has no certificate-authority-data", change(/certificate-authority-data: .*/, "insecure-skip-tls-verify: true")],
    ["has no client-certificate-data", change(/client-certificate-data: .*/, "token: hush")],
    ["has no client-key-data", change(/client-key-data: .*/, "client-key-data: hush")],
    ["has certificates that cannot be read, or a key of another one", change(/client-key-data: .*/, `client-key-data: ${Buffer.from("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----").toString("base64")}`)],
  ])("%s", async (problem, broken) => {
    const text = broken(await address());
    expect(text).not.toBe(config);
    const failed: unknown = await onceReady(text, wait()).catch((error: unknown) => error);
    expect(failed).toMatchObject({ message: `The kubeconfig ${problem}.`, hideStack: true });
    expect(failed).not.toHaveProperty("cause");
  });

  it("a key of another certificate", async () => {
    const { key } = await cluster.issue("client");
    await expect(onceReady(kubeconfig("https://127.0.0.1:6443", cluster.cert, { cert: admin.cert, key }), wait())).rejects.toThrow("a key of another one");
  });
});
