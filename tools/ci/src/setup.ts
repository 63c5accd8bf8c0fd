import { parse } from "yaml";
import type { Entity } from "./files.ts";
import { ask, ServiceError, type Call, type Service } from "./http.ts";

export interface SetupArgs {
  url: string;
  token: string;
  account: string;
  /** Identifier of the repository in Harness Code, in the project of the pipelines. */
  repository: string;
  branch: string;
  entities: readonly Entity[];
  /** Values of the secrets that pipelines refer to, by identifier; one that Harness has already is left as it is. */
  secrets: Readonly<Record<string, string | undefined>>;
  /** Only look, and say what would be done. */
  dryRun: boolean;
  say: (line: string) => void;
}

/**
 * Tells Harness of what lies below `.harness/`, in the order in which one thing needs another: secrets, pipelines, input sets, triggers. Harness Code needs no connector.
 *
 * What is there already is left alone: Harness reads pipelines and input sets from git itself. Triggers it never does, so one that differs is written anew.
 */
export async function setUp(args: SetupArgs): Promise<void> {
  const of = (kind: Entity["kind"]): Entity[] => args.entities.filter((one) => one.kind === kind);
  const missing: string[] = [];
  const { org, project } = homeOf(args.entities);
  const api = apiOf(args, { accountIdentifier: args.account, orgIdentifier: org, projectIdentifier: project });

  for (const [id, value] of Object.entries(args.secrets)) {
    if (await api.has(`/ng/api/v2/secrets/${id}`)) args.say(`secret ${id}: is there`);
    else if (value === undefined || value === "") missing.push(id);
    else await api.make(`secret ${id}`, "/ng/api/v2/secrets", { method: "POST", body: secret(id, value, org, project) });
  }
  // Before anything else is made: a pipeline without its secrets fails where it is least expected.
  if (missing.length > 0) throw new ServiceError(`Harness lacks ${missing.join(", ")}, and the environment does not have ${missing.map((id) => id.toUpperCase()).join(", ")}`);

  for (const { id, name, file } of of("pipeline")) {
    if (await api.has(`/pipeline/api/pipelines/${id}`)) args.say(`pipeline ${id}: is there`);
    else await api.make(`pipeline ${id}`, "/pipeline/api/pipelines/import", { method: "POST", query: gitQuery(args, file), body: { pipelineName: name, pipelineDescription: "" } });
  }
  for (const { id, name, file, body } of of("inputSet")) {
    const pipelineIdentifier = String((body.pipeline as { identifier?: unknown }).identifier);
    if (await api.has(`/pipeline/api/inputSets/${id}`, { pipelineIdentifier })) args.say(`input set ${id}: is there`);
    else await api.make(`input set ${id}`, `/pipeline/api/inputSets/import/${id}`, { method: "POST", query: { ...gitQuery(args, file), pipelineIdentifier }, body: { inputSetName: name, inputSetDescription: "" } });
  }
  for (const { id, text, document, body } of of("trigger")) {
    const query = { targetIdentifier: String(body.pipelineIdentifier) };
    const now = await api.get(`/pipeline/api/triggers/${id}/details`, query);
    if (now === undefined) await api.make(`trigger ${id}`, "/pipeline/api/triggers", { method: "POST", query, body: text });
    else if (same(now, document)) args.say(`trigger ${id}: is there`);
    else await api.make(`trigger ${id}`, `/pipeline/api/triggers/${id}`, { method: "PUT", query, body: text });
  }
}

/** The one organization and project that all files are of. */
function homeOf(entities: readonly Entity[]): { org: string; project: string } {
  const homes = [...new Set(entities.map(({ body }) => `${String(body.orgIdentifier)}/${String(body.projectIdentifier)}`))];
  const [org = "", project = ""] = homes[0]?.split("/") ?? [];
  if (homes.length !== 1) throw new ServiceError(`the files below .harness/ must be of one organization and project, and are of ${homes.join(", ") || "none"}`);
  return { org, project };
}

interface Api {
  get: (path: string, query?: Record<string, string>) => Promise<unknown>;
  has: (path: string, query?: Record<string, string>) => Promise<boolean>;
  make: (what: string, path: string, call: Call) => Promise<void>;
}

function apiOf({ url, token, dryRun, say, secrets }: SetupArgs, scope: Record<string, string>): Api {
  // The values that are being sent are as secret as the token: Harness may repeat what it refuses.
  const harness: Service = { name: "Harness", url, identity: { "x-api-key": token }, hidden: Object.values(secrets).map((value) => value ?? "") };
  const get: Api["get"] = async (path, query = {}) => {
    try {
      return await ask(harness, path, { query: { ...scope, ...query } });
    } catch (error) {
      if (error instanceof ServiceError && isAbsent(error)) return undefined;
      throw error;
    }
  };
  return {
    get,
    has: async (path, query) => (await get(path, query)) !== undefined,
    make: async (what, path, call) => {
      const verb = call.method === "PUT" ? "written anew" : "made";
      if (!dryRun) await ask(harness, path, { ...call, query: { ...scope, ...call.query } });
      say(`${what}: ${dryRun ? `would be ${verb}` : verb}`);
    },
  };
}

/** Harness says that something is not there with either status. */
function isAbsent({ status, message }: ServiceError): boolean {
  return status === 404 || (status === 400 && /NOT_FOUND|not found|not exist/i.test(message));
}

function gitQuery({ repository, branch }: SetupArgs, filePath: string): Record<string, string> {
  return { isHarnessCodeRepo: "true", repoName: repository, branch, filePath };
}

function secret(identifier: string, value: string, orgIdentifier: string, projectIdentifier: string): object {
  return { secret: { type: "SecretText", name: identifier, identifier, orgIdentifier, projectIdentifier, tags: {}, spec: { secretManagerIdentifier: "harnessSecretManager", valueType: "Inline", value } } };
}

/** Whether Harness's copy of a trigger says what the file says; it may have more of its own. */
function same(answer: unknown, document: unknown): boolean {
  const { data } = answer as { data?: { yaml?: string } };
  if (data?.yaml === undefined) return false;
  return contains(parse(data.yaml), document);
}

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && whole.length === part.length && part.every((one, place) => contains(whole[place], one));
  if (typeof part !== "object" || part === null) return whole === part;
  return typeof whole === "object" && whole !== null && Object.entries(part).every(([key, value]) => contains((whole as Record<string, unknown>)[key], value));
}
