import { objectId, type KubernetesObject } from "@rzp/core";
import { Agent, request } from "undici";
import type { Identity } from "./certificates.ts";
import { LabError } from "./errors.ts";

/** What the API server said. */
export interface Answer {
  status: number;
  /** An object, a list, or a Status with the reason of a refusal. */
  body: unknown;
  /** What it did, and would rather not have done. */
  warnings: string[];
}

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** Speaks to one API server as one user, in plain objects. */
export class KubeClient {
  readonly #server: string;
  readonly #agent: Agent;
  readonly #resources = new Map<string, ApiResource>();

  constructor({ server, authority, user }: { server: string; authority: string; user: Identity }) {
    this.#server = server;
    this.#agent = new Agent({ connect: { ca: authority, cert: user.certificate, key: user.key } });
  }

  async request(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown, contentType = "application/json"): Promise<Answer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": contentType } };
    const answer = await request(`${this.#server}${path}`, { dispatcher: this.#agent, method, ...content });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: (answer.headers["content-type"] ?? "").includes("json") ? (JSON.parse(text) as unknown) : text, warnings: warningsOf(answer.headers.warning) };
  }

  /** What stands at a path; undefined when nothing does. */
  async get<T>(path: string): Promise<T | undefined> {
    const { status, body } = await this.request("GET", path);
    if (status === 404) return undefined;
    if (status !== 200) throw new LabError(`GET ${path}: ${refusalOf(body)}`);
    return body as T;
  }

  /** Server-side apply, checked field by field as strictly as the server can. With `dryRun` it goes through all admission and is not kept. */
  async apply(object: KubernetesObject, { dryRun = false }: { dryRun?: boolean } = {}): Promise<Answer> {
    const path = await this.pathOf(object);
    const query = new URLSearchParams({ fieldManager: "rzp-lab", force: "true", fieldValidation: "Strict", ...(dryRun ? { dryRun: "All" } : {}) });
    return this.request("PATCH", `${path}?${query.toString()}`, object, "application/apply-patch+yaml");
  }

  /** Applies an object for good. */
  async create(object: KubernetesObject): Promise<void> {
    const { status, body } = await this.apply(object);
    if (status >= 300) throw new LabError(`${objectId(object)} was refused: ${refusalOf(body)}`);
  }

  /** Path of an object; the server is asked once for each kind. */
  async pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const version = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { name, namespaced } = this.#resources.get(`${apiVersion} ${kind}`) ?? (await this.#discover(version, apiVersion, kind));
    return `${version}${namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : ""}/${name}/${metadata.name}`;
  }

  async #discover(version: string, apiVersion: string, kind: string): Promise<ApiResource> {
    const list = await this.get<{ resources: ApiResource[] }>(version);
    for (const resource of list?.resources ?? []) if (!resource.name.includes("/")) this.#resources.set(`${apiVersion} ${resource.kind}`, resource);
    const found = this.#resources.get(`${apiVersion} ${kind}`);
    if (found === undefined) throw new LabError(`The API server knows no kind ${kind} in ${apiVersion}; is its CustomResourceDefinition there?`);
    return found;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** The reason of a refusal, as the server says it. */
export function refusalOf(body: unknown): string {
  return typeof body === "object" && body !== null && "message" in body && typeof body.message === "string" ? body.message : JSON.stringify(body);
}

/** The texts of Warning headers, such as `299 - "unknown field"`. */
export function warningsOf(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((line) => Array.from(line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g), ([, text = ""]) => text.replaceAll(/\\(.)/g, "$1")));
}
