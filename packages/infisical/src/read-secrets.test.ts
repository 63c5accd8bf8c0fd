import { createServer } from "node:net";
import { inspect } from "node:util";
import { ArgumentError } from "@rzp/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readSecrets, SecretsError, type ReadSecretsArgs } from "./reader.ts";
import { InfisicalServer, LOGIN, PROJECT_ID, TOKEN, type Fault } from "./reader.test-server.ts";

const VALUE = "s3cr3t-value-91";
const server = new InfisicalServer();
let siteUrl: string;
const args = (over: Partial<ReadSecretsArgs> = {}): ReadSecretsArgs => ({ siteUrl, ...LOGIN, projectId: PROJECT_ID, environment: "prod", paths: ["/pipeline"], backoffMs: 1, ...over });

async function failure(over: Partial<ReadSecretsArgs> = {}): Promise<SecretsError> {
  const error = await readSecrets(args(over)).then(
    (secrets) => new Error(`it succeeded with ${Object.keys(secrets).join()}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SecretsError);
  return error as SecretsError;
}

// The SDK pauses 1, 2, 4 and 8 s before it tries 429 and network errors again; here it pauses for a moment. Its 10 s limit on a call stays.
beforeAll(async () => {
  siteUrl = await server.start();
});
beforeEach(() => {
  server.reset();
  server.folders["/pipeline"] = [{ secretKey: "API_TOKEN", secretValue: VALUE }];
  const { setTimeout } = globalThis;
  const short = (run: (...words: unknown[]) => void, ms: number | undefined, ...words: unknown[]) =>
    setTimeout(run, words.length === 0 && ms !== undefined && ms >= 800 && ms <= 9_600 ? 1 : ms, ...words);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(short as never);
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => server.stop());

describe("readSecrets", () => {
  it("logs in once, lists each folder with its values, and leaves this process's environment alone", async () => {
    server.folders["/shared"] = [{ secretKey: "OTHER", secretValue: "" }, { secretKey: "__proto__", secretValue: "x" }];
    const before = { ...process.env };

    const secrets = await readSecrets(args({ paths: ["/pipeline", "/shared"] }));

    expect(Object.entries(secrets)).toEqual([["API_TOKEN", VALUE], ["OTHER", ""], ["__proto__", "x"]]);
    expect(process.env).toEqual(before);
    const [login, first, second] = server.requests;
    expect(server.requests).toHaveLength(3);
    expect(JSON.parse(login?.body ?? "")).toEqual(LOGIN);
    expect(first?.authorization).toBe(`Bearer ${TOKEN}`);
    expect(Object.fromEntries(first?.url.searchParams ?? [])).toEqual({
      workspaceId: PROJECT_ID,
      environment: "prod",
      secretPath: "/pipeline",
      viewSecretValue: "true",
      expandSecretReferences: "true",
      include_imports: "false",
      recursive: "false",
    });
    expect(second?.url.searchParams.get("secretPath")).toBe("/shared");
  });

  it("caches nothing: a second read sees the new value", async () => {
    await readSecrets(args());
    server.folders["/pipeline"] = [{ secretKey: "API_TOKEN", secretValue: "rotated" }];
    expect(await readSecrets(args())).toEqual({ API_TOKEN: "rotated" });
  });

  const recovered: [string, Fault, number, number][] = [
    ["500 twice on a list, which the SDK itself would not try again", { call: "list", times: 2, status: 500 }, 1, 3],
    ["503 on the login", { call: "login", times: 1, status: 503 }, 2, 1],
    ["a proxy's 502, which is no JSON", { call: "list", times: 1, status: 502, body: "<h1>Bad Gateway</h1>" }, 1, 2],
    ["429 once, which the SDK tries again by itself", { call: "list", times: 1, status: 429 }, 1, 2],
    ["a login's connection that is reset, which the SDK tries again by itself", { call: "login", times: 4, status: "reset" }, 5, 1],
    ["a list's connection that is reset", { call: "list", times: 4, status: "reset" }, 1, 5],
  ];
  it.each(recovered)("gets over %s", async (_, fault, logins, lists) => {
    server.faults = [fault];
    expect(await readSecrets(args())).toEqual({ API_TOKEN: VALUE });
    expect([server.count("login"), server.count("list")]).toEqual([logins, lists]);
  });

  it("gives up on 5xx after the tries it was given", async () => {
    server.faults = [{ call: "list", times: 99, status: 500 }];
    const error = await failure({ retries: 2 });
    expect(error).toMatchObject({ status: 500, message: `Infisical at ${new URL(siteUrl).host} could not read /pipeline: it answered 500. The server has a fault of its own; it was tried again.` });
    expect(server.count("list")).toBe(3);
  });

  const refused: [string, Fault["call"], number, string][] = [
    ["a wrong login", "login", 401, "could not log in: it answered 401. Client id or secret is wrong or has expired."],
    ["a login from elsewhere", "login", 403, "could not log in: it answered 403. The identity may not do this"],
    ["a request it does not understand", "list", 400, "could not read /pipeline: it answered 400. The request was not understood"],
    ["an expired token", "list", 401, "could not read /pipeline: it answered 401."],
    ["a role that lacks", "list", 403, "could not read /pipeline: it answered 403. The identity may not do this: check its role in the project"],
    ["no such folder", "list", 404, "could not read /pipeline: it answered 404. There is no such project, environment or folder."],
    ["a request that is not valid", "list", 422, "could not read /pipeline: it answered 422."],
    ["a status nobody expects", "list", 418, "could not read /pipeline: it answered 418."],
  ];
  it.each(refused)("asks once only, and says what to do, after %s", async (_, call, status, message) => {
    server.faults = [{ call, times: 99, status }];
    const error = await failure();
    expect(error.status).toBe(status);
    expect(error.message).toContain(message);
    expect(server.count(call)).toBe(1);
  });

  it("is refused by the server itself: a wrong client secret, a folder that is not there, another project", async () => {
    expect((await failure({ clientSecret: "wrong" })).status).toBe(401);
    expect((await failure({ paths: ["/pipeline", "/nowhere"] })).message).toContain("could not read /nowhere: it answered 404.");
    expect((await failure({ projectId: PROJECT_ID.replace("3", "4") })).message).toContain("The project is named by its id, the environment by its slug.");
  });

  it("leaves 429 to the SDK, and tells it when that gives up", async () => {
    server.faults = [{ call: "list", times: 99, status: 429 }];
    const error = await failure();
    expect(error).toMatchObject({ status: 429 });
    expect(error.message).toContain("it answered 429. Too many requests; wait a minute.");
    expect(server.count("list")).toBe(5);
  });

  it("says that nobody is there when the connection is refused", async () => {
    const error = await failure({ siteUrl: `http://127.0.0.1:${await freePort()}` });
    expect(error.message).toContain("could not log in: no usable answer. Is the address right and the server up?");
    expect(error.status).toBeUndefined();
  });

  it.each([
    ["the login hangs", { call: "login", times: 99, status: "hang" }],
    ["a list hangs", { call: "list", times: 99, status: "hang" }],
    ["a list's body never ends, which the SDK's own limit does not see", { call: "list", times: 99, status: "stall" }],
  ] satisfies [string, Fault][])("ends at the time limit when %s", async (_, fault) => {
    server.faults = [fault];
    expect((await failure({ timeoutMs: 150 })).message).toBe(`Infisical at ${new URL(siteUrl).host} did not answer within 0.15 s. Is it up, and reachable from here?`);
  });

  it("limits the time of everything together: also of tries between which it pauses, and asks nothing after it", async () => {
    server.faults = [{ call: "list", times: 99, status: 500 }];
    const cleared = vi.spyOn(globalThis, "clearTimeout");
    expect((await failure({ timeoutMs: 150, backoffMs: 20_000 })).message).toContain("did not answer within 0.15 s");
    expect(server.count("list")).toBe(1);
    // The pause was ended, not left behind to keep the process alive.
    const { calls, results } = vi.mocked(globalThis.setTimeout).mock;
    const pause = results[calls.findIndex(([, ms = 0]) => ms >= 20_000)]?.value as unknown;
    expect(cleared.mock.calls).toContainEqual([pause]);
  });

  it.each([
    ["the login is a web page", { call: "login", times: 1, status: 200, body: "<html>Welcome</html>" }, "could not log in: the answer was not Infisical's."],
    ["the login is empty", { call: "login", times: 1, status: 200, body: "" }, "could not log in: no usable answer."],
    ["a list is a web page", { call: "list", times: 1, status: 200, body: "<html>Welcome</html>" }, "could not read /pipeline: it answered with something that is no list of secrets."],
    ["a list is empty", { call: "list", times: 1, status: 200, body: "" }, "it answered with something that is no list of secrets."],
    ["a list has other things in it", { call: "list", times: 1, status: 200, body: '{"secrets":[null]}' }, "it answered with something that is no list of secrets."],
    ["a secret has no value", { call: "list", times: 1, status: 200, body: '{"secrets":[{"secretKey":"A"}]}' }, "it answered with something that is no list of secrets."],
  ] satisfies [string, Fault, string][])("does not take it for an answer when %s", async (_, fault, message) => {
    server.faults = [fault];
    expect((await failure()).message).toContain(message);
  });

  it("refuses the same key in two folders, and twice in one", async () => {
    server.folders["/shared"] = [{ secretKey: "API_TOKEN", secretValue: "another" }];
    expect((await failure({ paths: ["/pipeline", "/shared"] })).message).toBe("API_TOKEN is in /pipeline and in /shared. Which one is meant? Rename one, or read fewer folders.");
    server.folders["/pipeline"] = [{ secretKey: "A", secretValue: "1" }, { secretKey: "A", secretValue: "2" }];
    expect((await failure()).message).toContain("A is in /pipeline and in /pipeline.");
  });

  it("refuses a value that the identity may list but not see, instead of handing on the mask", async () => {
    server.folders["/pipeline"] = [{ secretKey: "API_TOKEN", secretValue: "<hidden-by-infisical>", secretValueHidden: true }];
    expect(await failure()).toMatchObject({ status: 403, message: "API_TOKEN in /pipeline may be listed but not read by this identity. Give it the permission to read values." });
  });
});

// The server's own answers repeat address and body, as SDK errors do; whatever happens, none of it may be told.
describe("no secret in any error", () => {
  const NEEDLES = [LOGIN.clientId, LOGIN.clientSecret, JSON.stringify(LOGIN.clientSecret), encodeURIComponent(LOGIN.clientSecret), TOKEN, VALUE, "workspaceId", "secretPath=", "Bearer", PROJECT_ID];
  const second = { secretKey: "API_TOKEN", secretValue: VALUE };
  const cases: [string, Fault[], Partial<ReadSecretsArgs>][] = [
    ...([400, 401, 403, 404, 418, 422, 429, 500, 503] as const).flatMap((status) =>
      (["login", "list"] as const).map((call): [string, Fault[], Partial<ReadSecretsArgs>] => [`${status} on ${call}`, [{ call, times: 99, status }], { retries: 1 }]),
    ),
    ["a web page that repeats the login", [{ call: "login", times: 1, status: 502, body: `${LOGIN.clientSecret} ${TOKEN}` }], { retries: 0 }],
    ["a list that is cut off after a value", [{ call: "list", times: 1, status: 200, body: `{"secrets":[{"secretKey":"A","secretValue":"${VALUE}"}` }], {}],
    ["a list with a value and no key", [{ call: "list", times: 1, status: 200, body: `{"secrets":[{"secretValue":"${VALUE}"}]}` }], {}],
    ["a hang", [{ call: "list", times: 99, status: "hang" }], { timeoutMs: 100 }],
    ["the same key twice", [], { paths: ["/pipeline", "/second"] }],
    ["a hidden value", [], { paths: ["/hidden"] }],
    ["nobody there", [], { siteUrl: "http://127.0.0.1:1" }],
  ];

  it.each(cases)("not in message, stack, cause or anything else of it: %s", async (_, faults, over) => {
    Object.assign(server.folders, { "/second": [second], "/hidden": [{ ...second, secretValueHidden: true }] });
    server.faults = faults.map((fault) => ({ ...fault }));
    const error = await failure(over);
    expect(error.cause).toBeUndefined();
    const told = [error.message, String(error.stack), JSON.stringify(error), inspect(error, { depth: null, showHidden: true })].join("\n");
    expect(NEEDLES.filter((needle) => told.includes(needle))).toEqual([]);
  });

  it("the scan sees what an SDK error would tell", async () => {
    const { InfisicalSDK } = await import("@infisical/sdk");
    server.faults = [{ call: "login", times: 1, status: 400 }];
    const error = await new InfisicalSDK({ siteUrl }).auth().universalAuth.login(LOGIN).catch((reason: unknown) => reason);
    expect(NEEDLES.filter((needle) => inspect(error).includes(needle))).not.toEqual([]);
  });
});

describe("readSecrets refuses, before it asks anything,", () => {
  const bad: [string, Partial<ReadSecretsArgs>, string][] = [
    ["an address that is none", { siteUrl: "infisical" }, "siteUrl is not an address. Write it as https://eu.infisical.com."],
    ["a login in the address", { siteUrl: "https://me:hunter2@eu.infisical.com" }, "siteUrl has a login in it. The machine identity is given apart from it."],
    ["a query in the address", { siteUrl: "https://eu.infisical.com?token=hunter2" }, "siteUrl has a query. Give the address alone."],
    ["/api, which is added", { siteUrl: "https://eu.infisical.com/api" }, "siteUrl ends in /api. Give the address alone; /api is added to it."],
    ["a login in the clear", { siteUrl: "http://infisical.infisical.svc" }, "siteUrl is http. The login would cross the network in clear: use https."],
    ["no client id", { clientId: "" }, "clientId is empty. Copy it from the machine identity's universal auth."],
    ["a client secret with a line break", { clientSecret: "hunter2\n" }, "clientSecret begins or ends with white space. Copy it without the line break."],
    ["the slug for the id", { projectId: "homelab" }, `projectId "homelab" is not an id. Use the id from the project's settings, a UUID; the slug is for the cluster's store.`],
    ["no folders", { paths: [] }, "paths is empty. Name the folders to read, such as /pipeline."],
    ["a relative folder", { paths: ["/a", "pipeline"] }, 'paths[1] "pipeline" is not an absolute folder. Write it as /pipeline/deploy.'],
    ["a folder with a slash too many", { paths: ["/a/"] }, 'paths[0] "/a/" is not an absolute folder. Write it as /pipeline/deploy.'],
    ["a folder twice", { paths: ["/a", "/a"] }, 'paths[1] "/a" is there twice. Name each folder once.'],
    ["no time", { timeoutMs: 0 }, "timeoutMs is 0. Use 1 to 600000 milliseconds."],
    ["time without end, which a timer takes for none", { timeoutMs: 2 ** 31 }, "timeoutMs is 2147483648. Use 1 to 600000 milliseconds."],
    ["tries without end", { retries: Number.POSITIVE_INFINITY }, "retries is Infinity. Use a whole number from 0 to 10."],
    ["a pause that is none", { backoffMs: Number.NaN }, "backoffMs is NaN. Use 0 to 60000 milliseconds."],
  ];
  it.each(bad)("%s", async (_, over, message) => {
    const error = (await readSecrets(args(over)).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toBe(`readSecrets "prod": ${message}`);
    expect(inspect(error)).not.toContain("hunter2");
    expect(server.requests).toEqual([]);
  });

  it("no environment", async () => {
    await expect(readSecrets(args({ environment: "" }))).rejects.toThrow('environment is empty. Use the environment\'s slug, such as prod.');
  });
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
