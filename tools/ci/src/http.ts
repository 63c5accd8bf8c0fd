/** A service that did not do what it was asked, in words that hold no secret. */
export class ServiceError extends Error {
  override name = "ServiceError";
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

export interface Service {
  /** As people call it. */
  name: string;
  /** Address up to where paths begin. */
  url: string;
  /** Headers that say who asks; what they hold is never told. */
  identity: Readonly<Record<string, string>>;
  /** Other values that must not be told, such as those that are sent. */
  hidden?: readonly string[];
}

export interface Call {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  query?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as YAML. */
  body?: object | string;
}

/** After this a service is given up on. */
const PATIENCE_MS = 30_000;

/** One call, and what came back as JSON. */
export async function ask(service: Service, path: string, { method = "GET", query = {}, body }: Call = {}): Promise<unknown> {
  const url = new URL(`${service.url.replace(/\/$/, "")}${path}`);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  const what = `${method} ${url.origin}${url.pathname}`;
  const type = typeof body === "string" ? "application/yaml" : "application/json";
  const sent = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const answer = await reach(service, what, url, { method, headers: { accept: "application/json", ...(sent === undefined ? {} : { "content-type": type }), ...service.identity }, body: sent ?? null });
  const text = await answer.text();
  if (!answer.ok) throw new ServiceError(`${service.name} answers ${answer.status} to ${what}${hint(answer.status)}${wordsOf(text, service)}`, answer.status);
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ServiceError(`${service.name} answers ${what} with something that is no JSON; is ${url.origin} its address, or a page for signing in?`);
  }
}

async function reach(service: Service, what: string, url: URL, init: RequestInit): Promise<Response> {
  try {
    // A token does not follow to another place.
    return await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new ServiceError(`${service.name} cannot be reached: ${what}: ${hide(cause?.code ?? cause?.message ?? message, service)}`);
  }
}

function hint(status: number): string {
  if (status === 401) return ": the token is unknown there, or has run out";
  if (status === 403) return ": the token may not do that";
  return "";
}

/** What the service says itself, cut short. */
function wordsOf(text: string, service: Service): string {
  const words = hide(text, service).replace(/\s+/g, " ").trim();
  return words === "" ? "" : `: ${words.slice(0, 300)}`;
}

/** Some services repeat what they were sent. */
function hide(text: string, { identity, hidden = [] }: Service): string {
  const secrets = [...Object.values(identity).flatMap((value) => [value, value.replace(/^\S+ /, "")]), ...hidden].filter((value) => value !== "");
  return secrets.reduce((left, secret) => left.replaceAll(secret, "***"), text);
}
