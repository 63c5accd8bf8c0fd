import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { expand } from "./references.ts";
import { addFolder, writeSecret, type InfisicalState, type Project, type Secret } from "./state.ts";

const text = z.string().trim();
const path = text.default("/").transform((value) => `/${value.split("/").filter((part) => part !== "").join("/")}`);
const flag = (value: boolean): z.ZodType<boolean, string | undefined> => z.enum(["true", "false"]).default(value ? "true" : "false").transform((word) => word === "true");
const type = z.enum(["shared", "personal"]).default("shared");

/** Of which project: the version 3 of the API calls it a workspace, version 4 a project. What it does not know Infisical drops without a word. */
const project = z.object({ workspaceId: text.optional(), projectId: text.optional(), workspaceSlug: text.optional(), projectSlug: text.optional() });
const reading = project.extend({ environment: text.optional(), secretPath: path, viewSecretValue: flag(true), expandSecretReferences: flag(false), include_imports: flag(false) });
const writing = project.extend({ environment: text, secretPath: path, type });
export const LIST = reading.extend({ recursive: flag(false) });
export const READ = reading.extend({ type });
export const WRITE = writing.extend({ secretValue: z.string().optional(), secretComment: z.string().optional() });
export const CREATE = WRITE.required({ secretValue: true });
export const DELETE = writing;
export const FOLDERS = z.object({ workspaceId: text, environment: text, path });
export const NEW_FOLDER = FOLDERS.extend({ name: text.regex(/^[-_a-zA-Z0-9]+$/, "Invalid folder name. Only alphanumeric characters, dashes, and underscores are allowed.") });

/** A folder that is not there has no secrets, and Infisical says no more about it than that; so it does about an environment. */
export function listSecrets(state: InfisicalState, query: z.infer<typeof LIST>): unknown {
  const found = projectOf(state, query);
  const environment = needed(query.environment, "Missing project id or environment");
  const within = query.secretPath === "/" ? "/" : `${query.secretPath}/`;
  const chosen = Object.entries(found.environments[environment] ?? {}).filter(([folder]) => folder === query.secretPath || (query.recursive && folder.startsWith(within)));
  return { secrets: chosen.flatMap(([secretPath, folder]) => Object.entries(folder).map(([key, secret]) => shown(found, { ...query, environment, secretPath }, key, secret))), imports: [] };
}

export function readSecret(state: InfisicalState, key: string, query: z.infer<typeof READ>): unknown {
  const found = projectOf(state, query);
  const environment = needed(query.environment, "Missing environment");
  return { secret: shown(found, { ...query, environment }, key, secretIn(folderOf(found, environment, query.secretPath), key)) };
}

export function createSecret(state: InfisicalState, key: string, body: z.infer<typeof CREATE>): unknown {
  const found = projectOf(state, body);
  const folder = folderOf(found, body.environment, body.secretPath);
  if (key in folder) throw new Refusal(400, "Secret already exist");
  return { secret: shown(found, body, key, writeSecret(folder, key, { value: body.secretValue, comment: body.secretComment })) };
}

export function updateSecret(state: InfisicalState, key: string, body: z.infer<typeof WRITE>): unknown {
  const found = projectOf(state, body);
  const folder = folderOf(found, body.environment, body.secretPath);
  secretIn(folder, key);
  return { secret: shown(found, body, key, writeSecret(folder, key, { value: body.secretValue, comment: body.secretComment })) };
}

export function deleteSecret(state: InfisicalState, key: string, body: z.infer<typeof DELETE>): unknown {
  const found = projectOf(state, body);
  const folder = folderOf(found, body.environment, body.secretPath);
  const secret = secretIn(folder, key);
  Reflect.deleteProperty(folder, key);
  return { secret: shown(found, body, key, secret) };
}

export function listFolders(state: InfisicalState, query: z.infer<typeof FOLDERS>): unknown {
  const within = query.path === "/" ? "/" : `${query.path}/`;
  const all = Object.keys(environmentOf(projectOf(state, query), query.environment));
  return { folders: all.filter((folder) => folder !== "/" && folder.startsWith(within) && !folder.slice(within.length).includes("/")).map((folder) => folderObject(query.environment, folder)) };
}

/** Makes those that it lies in, too, and says nothing when it is there. */
export function createFolder(state: InfisicalState, body: z.infer<typeof NEW_FOLDER>): unknown {
  const found = projectOf(state, body);
  environmentOf(found, body.environment);
  const folder = `${body.path === "/" ? "" : body.path}/${body.name}`;
  addFolder(found, body.environment, folder);
  return { folder: folderObject(body.environment, folder) };
}

function projectOf(state: InfisicalState, { workspaceId, projectId, workspaceSlug, projectSlug }: z.infer<typeof project>): Project {
  const given = (value: string | undefined): value is string => value !== undefined && value !== "";
  const [id, slug] = [[workspaceId, projectId].find(given), [workspaceSlug, projectSlug].find(given)];
  const found = id === undefined ? state.projects[needed(slug, "You must provide projectSlug or workspaceId")] : Object.values(state.projects).find((known) => known.id === id);
  if (found === undefined) throw new Refusal(404, id === undefined ? `Project with slug '${slug ?? ""}' not found` : `Project with ID '${id}' not found`);
  return found;
}

function environmentOf({ id, environments }: Project, slug: string): Project["environments"][string] {
  const environment = environments[slug];
  if (environment === undefined) throw new Refusal(404, `Environment with slug '${slug}' in project with ID '${id}' not found`);
  return environment;
}

function folderOf({ environments }: Project, environment: string, folder: string): Record<string, Secret> {
  const found = environments[environment]?.[folder];
  if (found === undefined) throw new Refusal(404, `Folder with path '${folder}' in environment with slug '${environment}' not found`);
  return found;
}

function secretIn(folder: Record<string, Secret>, key: string): Secret {
  const secret = folder[key];
  if (secret === undefined) throw new Refusal(404, `Secret with name '${key}' not found`);
  return secret;
}

function needed(value: string | undefined, otherwise: string): string {
  if (value === undefined || value === "") throw new Refusal(400, otherwise);
  return value;
}

interface Shown {
  environment: string;
  secretPath: string;
  viewSecretValue?: boolean;
  expandSecretReferences?: boolean;
}

/** A secret as every answer shows it. */
function shown(found: Project, { environment, secretPath, viewSecretValue = true, expandSecretReferences = false }: Shown, key: string, secret: Secret): unknown {
  const { id, value, version, comment, createdAt, updatedAt } = secret;
  const readable = expandSecretReferences ? expand(found, environment, secretPath, value) : value;
  return {
    id,
    _id: id,
    workspace: found.id,
    environment,
    version,
    type: "shared",
    secretKey: key,
    secretValue: viewSecretValue ? readable : "<hidden-by-infisical>",
    secretComment: comment,
    secretPath,
    secretValueHidden: !viewSecretValue,
    createdAt,
    updatedAt,
    skipMultilineEncoding: false,
    tags: [],
    secretMetadata: [],
    isRotatedSecret: false,
  };
}

function folderObject(environment: string, folder: string): unknown {
  return { id: `${environment}:${folder}`, name: folder.slice(folder.lastIndexOf("/") + 1), path: folder, version: 1 };
}
