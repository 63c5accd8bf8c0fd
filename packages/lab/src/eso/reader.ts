import type { InfisicalProvider } from "./objects.ts";

/** A machine identity. */
export interface Identity {
  clientId: string;
  clientSecret: string;
}

/** Whoever asks Infisical through this tells it as the operator does: a login, what is asked, and a revocation, each time anew, also where it fails. */
export async function asIdentity<T>(base: string, identity: Identity, read: (ask: Ask) => Promise<T>): Promise<T> {
  const ask = async (method: "GET" | "POST", path: string, { body, token }: { body?: unknown; token?: string } = {}): Promise<unknown> => {
    const headers = { "user-agent": "infisical-go-sdk", ...(body === undefined ? {} : { "content-type": "application/json" }), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${base}/api${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const said = (await answer.json().catch(() => ({}))) as { message?: unknown };
    if (answer.ok) return said;
    throw new Error(`${method} ${path.split("?")[0] ?? ""}: status ${answer.status}: ${typeof said.message === "string" ? said.message : JSON.stringify(said.message)}`);
  };
  const { accessToken: token } = (await ask("POST", "/v1/auth/universal-auth/login", { body: identity })) as { accessToken: string };
  try {
    return await read((path, query) => ask("GET", `${path}?${new URLSearchParams(query).toString()}`, { token }));
  } finally {
    await ask("POST", "/v1/auth/token/revoke", { body: { accessToken: token }, token }).catch(() => undefined);
  }
}

type Ask = (path: string, query: Record<string, string>) => Promise<unknown>;

/** Asks for what a store is allowed to see, to know that it may. */
export async function validateScope(ask: Ask, { secretsScope }: InfisicalProvider): Promise<void> {
  const { secretsPath = "/", recursive = false } = secretsScope;
  await ask("/v3/secrets/raw", { ...place(secretsScope), workspaceId: "", secretPath: secretsPath, include_imports: "false", recursive: String(recursive) });
}

/** The value of a key; one that begins with a slash says its folder itself. */
export async function readValue(ask: Ask, { secretsScope }: InfisicalProvider, key: string): Promise<string> {
  const cut = key.lastIndexOf("/");
  const secretPath = key.startsWith("/") ? key.slice(0, cut) || "/" : (secretsScope.secretsPath ?? "/");
  const query = { ...place(secretsScope), secretPath, type: "shared", include_imports: "true" };
  const { secret } = (await ask(`/v3/secrets/raw/${encodeURIComponent(key.slice(cut + 1))}`, query)) as { secret: { secretValue: string } };
  return secret.secretValue;
}

function place({ projectSlug, environmentSlug, expandSecretReferences = true }: InfisicalProvider["secretsScope"]): Record<string, string> {
  return { workspaceSlug: projectSlug, environment: environmentSlug, expandSecretReferences: String(expandSecretReferences) };
}
