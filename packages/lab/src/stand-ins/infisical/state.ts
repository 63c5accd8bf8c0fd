import { randomUUID } from "node:crypto";

/** What one Infisical holds: plain JSON, so that it can be kept in a folder. */
export interface InfisicalState {
  identities: Record<string, Identity>;
  /** By slug. */
  projects: Record<string, Project>;
  tokens: Record<string, Token>;
}

/** A machine identity with universal auth, by its client id. */
interface Identity {
  clientSecret: string;
  /** Wrong logins in a row, and the time of the last one. */
  wrong: number;
  wrongAt: number;
}

export interface Project {
  id: string;
  /** By slug, then by absolute path; a folder without secrets is there, too. */
  environments: Record<string, Record<string, Folder>>;
}

type Folder = Record<string, Secret>;

export interface Secret {
  id: string;
  value: string;
  version: number;
  comment: string;
  createdAt: string;
  updatedAt: string;
}

export interface Token {
  clientId: string;
  issuedAt: number;
  revoked: boolean;
}

/** What Infisical is given to hold. */
export interface InfisicalContent {
  /** Client secret of each machine identity, by client id. */
  identities: Readonly<Record<string, string>>;
  /** Values by project's slug, environment's slug, absolute folder and key. */
  projects: Readonly<Record<string, { id: string; environments: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> }>>;
}

export function infisicalState({ identities, projects }: InfisicalContent): InfisicalState {
  const state: InfisicalState = { identities: {}, projects: {}, tokens: {} };
  for (const [clientId, clientSecret] of Object.entries(identities)) state.identities[clientId] = { clientSecret, wrong: 0, wrongAt: 0 };
  for (const [slug, { id, environments }] of Object.entries(projects)) {
    const project: Project = (state.projects[slug] = { id, environments: {} });
    for (const [environment, folders] of Object.entries(environments)) {
      addFolder(project, environment, "/");
      for (const [path, secrets] of Object.entries(folders)) {
        const folder = addFolder(project, environment, path);
        for (const [key, value] of Object.entries(secrets)) writeSecret(folder, key, { value });
      }
    }
  }
  return state;
}

/** Makes a folder with all that it lies in, as far as they are not there. */
export function addFolder(project: Project, environment: string, path: string): Folder {
  const folders = (project.environments[environment] ??= {});
  const parts = path.split("/").filter((part) => part !== "");
  for (const depth of parts.keys()) folders[`/${parts.slice(0, depth).join("/")}`] ??= {};
  return (folders[`/${parts.join("/")}`] ??= {});
}

export function writeSecret(folder: Folder, key: string, { value, comment }: { value: string | undefined; comment?: string | undefined }): Secret {
  const now = new Date().toISOString();
  const old = folder[key] ?? { id: randomUUID(), value: "", version: 0, comment: "", createdAt: now };
  return (folder[key] = { ...old, value: value ?? old.value, comment: comment ?? old.comment, version: old.version + 1, updatedAt: now });
}
