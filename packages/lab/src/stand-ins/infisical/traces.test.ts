import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startInfisical, type Infisical } from "./infisical.ts";
import { addFolder, writeSecret, type InfisicalState } from "./state.ts";

const TRACE = resolve(process.env.RZP_LAB_FACTS ?? resolve(import.meta.dirname, "../../../../../../shared/facts"), "traces/eso-infisical.jsonl");
const hasTrace = existsSync(TRACE);

/** A call that the real External Secrets Operator made, and the answer that satisfied it. */
interface Seen {
  scenario: string;
  n: number;
  method: "GET" | "POST";
  path: string;
  query: Record<string, string>;
  auth: "none" | "Bearer present";
  body: Record<string, string> | null;
  status: number;
  response: Record<string, unknown>;
}

const seen = hasTrace ? readFileSync(TRACE, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Seen) : [];

/** What kind of thing stands where; all items of a list are as the first one. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]).sort());
}

describe.skipIf(!hasTrace)(`against what the real External Secrets Operator asked (needs ${hasTrace ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  let infisical: Infisical;
  let accessToken = "";

  beforeAll(async () => {
    infisical = await startInfisical({ identities: { cid: "secret" }, projects: { homelab: { id: "proj-1", environments: { prod: { "/": {}, "/media": {} } } } } });
  });

  afterAll(async () => {
    await infisical.close();
  });

  it("knows calls and refusals of every scenario", () => {
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 401, 404, 429, 500]));
    expect(new Set(seen.map(({ scenario }) => scenario)).size).toBe(11);
  });

  it.each(seen.map((call) => [`${call.scenario} ${call.n}: ${call.method} ${call.path} -> ${call.status}`, call] as const))("%s", async (_, call) => {
    arrange(infisical, call);
    const { status, body } = await replay(call);
    // Refusals in their very words, but for those that were made to fail and said so; of all else the shape.
    const compared = call.status === 401 || call.status === 404 ? (answer: Record<string, unknown>) => ({ ...answer, reqId: "" }) : shapeOf;
    expect([status, compared(body)]).toEqual([call.status, compared(call.response)]);
  });

  async function replay({ method, path, query, auth, body }: Seen): Promise<{ status: number; body: Record<string, unknown> }> {
    const sent = path.endsWith("/login") ? { ...body, clientSecret: "secret" } : { accessToken };
    const answer = await fetch(`${infisical.url}${path}?${new URLSearchParams(query).toString()}`, {
      method,
      headers: { "content-type": "application/json", "user-agent": "infisical-go-sdk", ...(auth === "none" ? {} : { authorization: `Bearer ${accessToken}` }) },
      ...(method === "GET" ? {} : { body: JSON.stringify(sent) }),
    });
    const said = (await answer.json()) as Record<string, unknown>;
    if (path.endsWith("/login") && answer.status === 200) accessToken = said.accessToken as string;
    if (path.endsWith("/revoke")) accessToken = await another();
    return { status: answer.status, body: said };
  }

  // The trace has each kind of call at most twice, so that a read may follow a revocation whose login was left out.
  async function another(): Promise<string> {
    const answer = await fetch(`${infisical.url}/api/v1/auth/universal-auth/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ clientId: "cid", clientSecret: "secret" }) });
    return ((await answer.json()) as { accessToken: string }).accessToken;
  }
});

/** Makes of the stand-in what the other one was when it was asked, as far as its answer tells. */
function arrange({ state, faults }: Infisical, { path, query, status, response }: Seen): void {
  const identity = state.identities.cid;
  if (identity !== undefined) Object.assign(identity, { clientSecret: status === 401 ? "rotated" : "secret", wrong: 0 });
  faults.clear();
  if (status === 429 || status === 500) faults.add({ on: "GET /v3/secrets/**", status });
  const key = /\/raw\/(.+)$/.exec(path)?.[1];
  const folder = folderOf(state, query.secretPath ?? "/");
  if (key !== undefined && status === 404) Reflect.deleteProperty(folder, key);
  else if (key !== undefined) writeSecret(folder, key, { value: "value" });
  const listed = response.secrets as { secretKey: string }[] | undefined;
  if (listed === undefined) return;
  for (const old of Object.keys(folder)) Reflect.deleteProperty(folder, old);
  for (const { secretKey } of listed) writeSecret(folder, secretKey, { value: "value" });
}

function folderOf(state: InfisicalState, path: string): ReturnType<typeof addFolder> {
  const project = state.projects.homelab;
  if (project === undefined) throw new Error("there is no project homelab");
  return addFolder(project, "prod", path);
}
