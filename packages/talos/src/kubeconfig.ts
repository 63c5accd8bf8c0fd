import { createSecureContext } from "node:tls";
import { parse } from "yaml";

/** The way to a cluster's API that a kubeconfig holds: where it is, whom to trust, and as whom. */
export interface ApiAccess {
  /** `https://<host>:6443`, and nothing after it. */
  server: string;
  /** PEM. */
  ca: string;
  /** PEM. */
  cert: string;
  /** PEM; secret. */
  key: string;
}

/**
 * The current context of a kubeconfig with its certificates in it, as Talos writes it.
 *
 * What is wrong with it is said without a word of it: a parser's own message would quote the line, and half of the lines are keys.
 */
export function readKubeconfig(text: string): ApiAccess {
  const config = document(text);
  const context = entry(config, "contexts", "context", config["current-context"]);
  const cluster = entry(config, "clusters", "cluster", context.cluster);
  const user = entry(config, "users", "user", context.user);
  const { server } = cluster;
  if (typeof server !== "string" || !/^https:\/\/./.test(server) || !URL.canParse(server)) throw unusable("has no https address of a server");
  const pem = (from: Fields, field: string): string => {
    const data = from[field];
    const decoded = typeof data === "string" ? Buffer.from(data, "base64").toString("latin1") : "";
    if (!decoded.includes("-----BEGIN ")) throw unusable(`has no ${field}`);
    return decoded;
  };
  const credentials = { ca: pem(cluster, "certificate-authority-data"), cert: pem(user, "client-certificate-data"), key: pem(user, "client-key-data") };
  try {
    createSecureContext(credentials);
  } catch {
    throw unusable("has certificates that cannot be read, or a key of another one");
  }
  return { server: new URL(server).origin, ...credentials };
}

type Fields = Record<string, unknown>;

function document(text: string): Fields {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw unusable("is not YAML");
  }
  if (!isFields(value)) throw unusable("is empty");
  return value;
}

function entry(config: Fields, list: string, field: string, name: unknown): Fields {
  const entries: unknown = config[list];
  const found: unknown = Array.isArray(entries) ? entries.find((item: unknown) => isFields(item) && item.name === name) : undefined;
  const value = isFields(found) ? found[field] : undefined;
  if (!isFields(value)) throw unusable(`has no ${field} for its current context`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(problem: string): Error {
  return new Error(`The kubeconfig ${problem}.`);
}
