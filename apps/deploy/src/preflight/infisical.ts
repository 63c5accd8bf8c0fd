import { z } from "zod";
import type { Problem } from "./check.ts";
import { ask, askJson, shaped, type Vendor } from "./http.ts";
import { shortList } from "./state.ts";

const LOGIN = z.object({ accessToken: z.string() });
const LIST = z.object({ secrets: z.array(z.object({ secretKey: z.string(), secretValueHidden: z.boolean().optional() })) });

interface Place {
  siteUrl: string;
  projectSlug: string;
  environment: string;
}

/** Names of the readable keys in each folder, as the cluster's identity reads them; values are dropped where they arrive. */
export async function readableKeys(place: Place, identity: { clientId: string; clientSecret: string }, folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const stranger: Vendor = {
    check: "infisical",
    called: `Infisical at ${new URL(place.siteUrl).host}`,
    url: new URL(place.siteUrl).origin,
    secret: identity.clientSecret,
    remedies: {
      401: "ESO_INFISICAL_CLIENT_ID or ESO_INFISICAL_CLIENT_SECRET is wrong or has expired. Three wrong logins in a row lock the identity for a while.",
      403: "The cluster's identity may not read this: give it a role in the project that reads everything but /pipeline.",
      404: "There is no such project or environment: look at homelab:infisical in the stack.",
    },
  };
  const { accessToken } = shaped(stranger, "login", (await ask(stranger, "/api/v1/auth/universal-auth/login", identity)).text, LOGIN);
  const vendor = { ...stranger, headers: { authorization: `Bearer ${accessToken}` }, secret: accessToken };
  try {
    const { projectSlug, environment } = place;
    const keysOf = async (folder: string): Promise<[string, string[]]> => {
      const query = new URLSearchParams({ workspaceSlug: projectSlug, environment, secretPath: folder, include_imports: "false", recursive: "false", expandSecretReferences: "false" });
      const { secrets } = await askJson(vendor, `/api/v3/secrets/raw?${query.toString()}`, LIST);
      return [folder, secrets.filter(({ secretValueHidden }) => secretValueHidden !== true).map(({ secretKey }) => secretKey)];
    };
    return new Map(await Promise.all(folders.map(keysOf)));
  } finally {
    // As the operator does after each read; a token that stays is good for nobody, and no reason to fail.
    await ask(vendor, "/api/v1/auth/token/revoke", { accessToken }).catch(() => undefined);
  }
}

/** A key in the store, and a service that reads it. */
export interface ReadKey {
  remote: string;
  service: string;
}

export const folderOf = (remote: string): string => remote.slice(0, remote.lastIndexOf("/")) || "/";

/** Every key that a service reads is there; a missing one costs dozens of logins in its first minute, and its service waits. */
export function missingSecrets({ read, present }: { read: readonly ReadKey[]; present: ReadonlyMap<string, readonly string[]> }): Problem[] {
  const missing = read.filter(({ remote }) => present.get(folderOf(remote))?.includes(remote.slice(remote.lastIndexOf("/") + 1)) !== true);
  return [...Map.groupBy(missing, ({ remote }) => folderOf(remote))].map(([folder, keys]) => {
    const names = [...new Set(keys.map(({ remote }) => remote.slice(folder.length + (folder === "/" ? 0 : 1))))];
    const services = [...new Set(keys.map(({ service }) => service))];
    return { problem: `${folder} in Infisical lacks ${names.join(", ")}, which ${shortList(services)} ${services.length === 1 ? "reads" : "read"}.`, remedy: "Make it there, or let the cluster's identity read it; where it comes from stands on the service's page in docs/reference/service-catalog." };
  });
}
