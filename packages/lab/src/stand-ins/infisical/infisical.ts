import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { LabError } from "../../errors.ts";
import { Refusal } from "../refusal.ts";
import { serve, type Answer, type Call, type Route, type StandIn, type StandInArgs } from "../server.ts";
import { State } from "../state.ts";
import { authenticate, EXPIRED, LOGIN, login, renew, revoke, TOKEN } from "./auth.ts";
import { CREATE, createFolder, createSecret, DELETE, deleteSecret, FOLDERS, LIST, listFolders, listSecrets, NEW_FOLDER, READ, readSecret, updateSecret, WRITE } from "./secrets.ts";
import { infisicalState, type InfisicalContent, type InfisicalState } from "./state.ts";

/** Id of the project where nobody cares which. */
export const LAB_PROJECT_ID = "00000000-0000-4000-8000-000000000000";

/** What an Infisical is started with; what it holds is read only where its folder has nothing yet. */
export interface InfisicalArgs extends StandInArgs, InfisicalContent {
  /** Seconds that an access token is good for. @default 2592000, 30 days */
  tokenTtl?: number;
  /** Reads and writes of secrets in a minute before it answers 429; Infisical's cloud allows about 200. @default any number */
  secretsPerMinute?: number;
}

export interface Infisical extends StandIn {
  /** What it holds: changed here, it is changed for everybody. */
  state: InfisicalState;
}

/** An Infisical on the loopback: universal auth, secrets and folders, in the versions of the API that its SDKs and the External Secrets Operator speak. */
export async function startInfisical({ identities, projects, tokenTtl = 2_592_000, secretsPerMinute = Infinity, ...args }: InfisicalArgs): Promise<Infisical> {
  const state = new State(args.folder, "infisical", infisicalState({ identities, projects }));
  const standIn = await serve(
    {
      name: "infisical",
      base: "/api",
      routes: routes(state.value, tokenTtl, limiter(secretsPerMinute)),
      unknown: ({ method, path }) => new Refusal(404, `Route ${method}:${path} not found`),
      authenticate: ({ headers }) => {
        authenticate(state.value, headers.authorization, tokenTtl);
      },
      refuse,
      faults: {
        "wrong-login": { on: "POST /v1/auth/universal-auth/login", status: 401, message: "Invalid credentials" },
        "token-expired": { on: "* /v?/secrets/**", status: 403, message: EXPIRED },
        "rate-limit": { on: "* /v?/secrets/**", status: 429, message: "Rate limit exceeded. Please try again in 60 seconds" },
        down: { cut: "before" },
      },
      save: () => {
        state.save();
      },
    },
    args,
  );
  return { ...standIn, state: state.value };
}

const FOLDERS_FILE = z.record(z.string().regex(/^(\/|(\/[-_a-zA-Z0-9]+)+)$/, "is no absolute folder, such as /media"), z.record(z.string(), z.string("is no text; put it in quotes")));

/** Values by folder and key, from a file. */
export function readFolders(file: string): z.output<typeof FOLDERS_FILE> {
  if (!existsSync(file)) throw new LabError(`${file}: there is no such file.`);
  const { success, data, error } = FOLDERS_FILE.safeParse(parse(readFileSync(file, "utf8")));
  if (success) return data;
  const problems = error.issues.map((issue) => `${issue.path.join(" ") || "it"} ${(issue.code === "invalid_key" ? issue.issues[0] : issue)?.message ?? ""}`);
  throw new LabError(`${file}: ${problems.join("; ")}.`);
}

function routes(state: InfisicalState, ttl: number, limit: () => void): Route[] {
  const secrets = ([version, path]: [string, string]): Route[] => {
    const all = `/${version}/${path}`;
    const one = `${all}/{key}`;
    const limited = (handle: (call: Call) => unknown) => (call: Call): Answer => {
      limit();
      return { body: handle(call) };
    };
    return [
      { method: "GET", path: all, handle: limited(({ query }) => listSecrets(state, read(LIST, query))) },
      { method: "GET", path: one, handle: limited(({ params, query }) => readSecret(state, params.key ?? "", read(READ, query))) },
      { method: "POST", path: one, handle: limited(({ params, body }) => createSecret(state, params.key ?? "", read(CREATE, body))) },
      { method: "PATCH", path: one, handle: limited(({ params, body }) => updateSecret(state, params.key ?? "", read(WRITE, body))) },
      { method: "DELETE", path: one, handle: limited(({ params, body }) => deleteSecret(state, params.key ?? "", read(DELETE, body))) },
    ];
  };
  const auth = (name: string, handle: (call: Call) => unknown): Route => ({ method: "POST", path: `/v1/auth/${name}`, open: true, handle: (call) => ({ body: handle(call) }) });
  return [
    auth("universal-auth/login", ({ body }) => login(state, read(LOGIN, body), ttl)),
    auth("token/renew", ({ body }) => renew(state, read(TOKEN, body), ttl)),
    auth("token/revoke", ({ body }) => revoke(state, read(TOKEN, body), ttl)),
    ...secrets(["v3", "secrets/raw"]),
    ...secrets(["v4", "secrets"]),
    { method: "GET", path: "/v1/folders", handle: ({ query }) => ({ body: listFolders(state, read(FOLDERS, query)) }) },
    { method: "POST", path: "/v1/folders", handle: ({ body }) => ({ body: createFolder(state, read(NEW_FOLDER, body)) }) },
    { method: "GET", path: "/status", open: true, handle: () => ({ body: { date: new Date().toISOString(), message: "Ok" } }) },
  ];
}

/** So many calls in a minute, counted from the first one of them. */
function limiter(perMinute: number): () => void {
  let [since, count] = [0, 0];
  return () => {
    if (Date.now() - since >= 60_000) [since, count] = [Date.now(), 0];
    count += 1;
    if (count > perMinute) throw new Refusal(429, `Rate limit exceeded. Please try again in ${Math.ceil((since + 60_000 - Date.now()) / 1000)} seconds`);
  };
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value ?? {});
  if (success) return data;
  throw new Refusal(422, "ValidationFailure", { parameters: Object.fromEntries(error.issues.map(({ path, message }) => [path.join("."), message])) });
}

const NAMES: Readonly<Record<number, string>> = { 400: "BadRequest", 401: "UnauthorizedError", 403: "TokenError", 404: "NotFound", 422: "ValidationFailure", 429: "RateLimitExceeded" };

/** Infisical's shape of every error; what is wrong with parameters it lists one by one in the place of a message. */
function refuse({ status, message, parameters }: Refusal): Answer {
  const issues = parameters === undefined ? undefined : Object.entries(parameters).map(([name, problem]) => ({ code: "custom", path: name.split("."), message: problem }));
  return { status, body: { reqId: `req-${crypto.randomUUID()}`, statusCode: status, message: issues ?? message, error: NAMES[status] ?? "InternalServerError" } };
}
