import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where packages go and who may put them there; both come from the environment and from nowhere else. */
export interface Target {
  /** `NPM_REGISTRY`: an address as npm takes it. */
  registry: string;
  /** `NPM_TOKEN` */
  token: string;
}

/** The target that the environment names, or what is wrong with it, in words. Neither value is ever said: where a token stands in the wrong variable, a log would keep it. */
export function targetOf({ NPM_REGISTRY: registry, NPM_TOKEN: token }: Readonly<Record<string, string | undefined>>): Target | { problem: string } {
  const example = "such as https://registry.example.com/npm/";
  if (registry === undefined || registry === "") return { problem: `NPM_REGISTRY is not set: the address of the npm registry to publish to, ${example}` };
  if (!URL.canParse(registry) || !/^https?:$/.test(new URL(registry).protocol)) return { problem: `NPM_REGISTRY is no address of a registry, ${example}` };
  const { protocol, hostname, username, password } = new URL(registry);
  if (username !== "" || password !== "") return { problem: `NPM_REGISTRY has a name or a password in it, which every log would show. Give the address alone, ${example}, and the token in NPM_TOKEN` };
  const local = hostname === "127.0.0.1" || hostname === "localhost";
  if (protocol === "http:" && !local) return { problem: `NPM_REGISTRY begins with http: the token would be readable on the way. Use https, ${example}` };
  if (token === undefined || token === "") return { problem: "NPM_TOKEN is not set: a token that may publish there" };
  return { registry: registry.endsWith("/") ? registry : `${registry}/`, token };
}

/** npm's settings for a target. The token stays in the environment: what is written names its variable only. */
export function npmSettings({ registry }: Target, scopes: readonly string[]): string {
  const address = registry.replace(/^https?:/, "");
  return [...scopes.map((scope) => `${scope}:registry=${registry}`), `${address}:_authToken=\${NPM_TOKEN}`, ""].join("\n");
}

/** Gives a command the environment that npm, pnpm and Nx publish from, for as long as it runs. */
export async function withTarget<T>(target: Target, scopes: readonly string[], use: (environment: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "rzp-publish-"));
  try {
    const file = join(folder, "npmrc");
    writeFileSync(file, npmSettings(target, scopes), { mode: 0o600 });
    return await use({ NPM_CONFIG_USERCONFIG: file, NPM_TOKEN: target.token });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
