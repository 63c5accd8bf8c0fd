import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { entities } from "./files.ts";
import { serve, type Answer, type Request } from "./sandbox.test-helper.ts";
import { setUp, type SetupArgs } from "./setup.ts";

const ALL = entities(resolve(import.meta.dirname, "../../.."));

/** A Harness with nothing in it, that keeps what it is told. */
function harness(kept = new Map<string, string>()): (request: Request) => Answer {
  return ({ method, path, query, headers, body }) => {
    if (headers["x-api-key"] !== "pat.secret" || query.accountIdentifier !== "acc" || query.orgIdentifier !== "default" || query.projectIdentifier !== "homelab") return [401];
    const [, kind = "", id = ""] = /\/api\/(?:v2\/)?(secrets|pipelines|inputSets|triggers)(?:\/import)?(?:\/(\w+))?/.exec(path) ?? [];
    if (method === "GET") {
      const found = kept.get(`${kind}/${id}`);
      // Two ways in which Harness says that something is not there.
      return found === undefined ? [kind === "pipelines" ? 400 : 404, { code: "INVALID_REQUEST", message: "the entity does not exist or has been deleted" }] : [200, { data: { yaml: found } }];
    }
    if (kind === "secrets") {
      const { secret } = JSON.parse(body) as { secret: { identifier: string; spec: { value: string } } };
      if (secret.spec.value === "refused") return [400, { message: `no such value: ${secret.spec.value}` }];
      kept.set(`secrets/${secret.identifier}`, "");
    } else if (kind === "triggers") {
      kept.set(`triggers/${/identifier: (\w+)/.exec(body)?.[1] ?? ""}`, body);
    } else {
      if (query.isHarnessCodeRepo !== "true" || query.repoName !== "rzp-infra" || query.branch !== "main") return [400, { message: "no repository" }];
      kept.set(`${kind}/${/(\w+)\.yaml$/.exec(query.filePath ?? "")?.[1] ?? ""}`, "");
    }
    return [200, { status: "SUCCESS" }];
  };
}

const SECRETS = { infisical_client_id: "one", infisical_client_secret: "two" };

async function against(answer: (request: Request) => Answer, args: Partial<SetupArgs> = {}): Promise<{ said: string[]; writes: string[]; error: string }> {
  const { url, requests, close } = await serve(answer);
  const said: string[] = [];
  let error = "";
  try {
    await setUp({ url, token: "pat.secret", account: "acc", repository: "rzp-infra", branch: "main", entities: ALL, secrets: SECRETS, dryRun: false, say: (line) => said.push(line), ...args });
  } catch (thrown) {
    error = String(thrown);
  }
  await close();
  return { said, writes: requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`), error };
}

describe("setUp", () => {
  it("makes secrets, pipelines, input sets and triggers in this order, and nothing the second time", async () => {
    const kept = new Map<string, string>();
    const first = await against(harness(kept));
    expect(first.error).toBe("");
    expect(first.said.map((line) => line.replace(/ \w+: /, ": "))).toEqual([...Array.from({ length: 2 }, () => "secret: made"), ...Array.from({ length: 4 }, () => "pipeline: made"), ...Array.from({ length: 4 }, () => "input set: made"), ...Array.from({ length: 3 }, () => "trigger: made")]);
    const second = await against(harness(kept));
    expect(second).toMatchObject({ writes: [], error: "" });
    expect(second.said.every((line) => line.endsWith(": is there"))).toBe(true);
  });

  it("only looks in a dry run", async () => {
    const { said, writes } = await against(harness(), { dryRun: true });
    expect(writes).toEqual([]);
    expect(said).toHaveLength(13);
    expect(said.every((line) => line.endsWith(": would be made"))).toBe(true);
  });

  it("writes a trigger anew that differs", async () => {
    const kept = new Map<string, string>();
    await against(harness(kept));
    kept.set("triggers/main_pushed", (kept.get("triggers/main_pushed") ?? "").replace("enabled: true", "enabled: false"));
    expect((await against(harness(kept))).writes).toEqual(["PUT /pipeline/api/triggers/main_pushed"]);
  });

  it("makes nothing where a secret is nowhere, and tells no secret", async () => {
    expect(await against(harness(), { secrets: { infisical_client_id: "" } })).toMatchObject({ writes: [], error: "ServiceError: Harness lacks infisical_client_id, and the environment does not have INFISICAL_CLIENT_ID" });
    const { error } = await against(harness(), { secrets: { infisical_client_id: "refused" } });
    expect(error).toContain("Harness answers 400 to POST");
    expect(error).toContain("no such value: ***");
    expect((await against(harness(), { token: "other.token" })).error).not.toContain("other.token");
  });
});
