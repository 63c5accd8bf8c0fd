import { stripVTControlCharacters } from "node:util";
import { request, type Dispatcher } from "undici";
import type { z } from "zod";
import { Unread } from "./check.ts";

/** Time for one answer, in milliseconds. */
const ANSWER_MS = 4_000;

/** Whom to ask, and what to say of it when it does not answer as it should. */
export interface Vendor {
  /** Check that is about it. */
  check: string;
  /** How a person calls it, such as `Proxmox at 10.0.10.11:8006`. */
  called: string;
  /** With its path, and without a slash at the end. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  dispatcher?: Dispatcher | undefined;
  /** What is never shown, should an answer repeat it. */
  secret?: string;
  /** What to do about an answer with this status; 0 for none at all. */
  remedies?: Readonly<Record<number, string>>;
}

export interface Answer {
  text: string;
  type: string;
}

/** What stands at a path, checked for its shape. Everything else than an answer of that shape is an `Unread`. */
export async function askJson<Schema extends z.ZodType>(vendor: Vendor, path: string, schema: Schema): Promise<z.output<Schema>> {
  return shaped(vendor, path, (await ask(vendor, path)).text, schema);
}

/** One call that changes nothing; `body` is sent as JSON. */
export async function ask(vendor: Vendor, path: string, body?: unknown): Promise<Answer> {
  const { check, called, url, headers = {}, dispatcher } = vendor;
  const content = body === undefined ? { method: "GET" as const } : { method: "POST" as const, body: JSON.stringify(body) };
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const answer = await request(`${url}${path}`, { ...content, headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) }, signal, ...(dispatcher === undefined ? {} : { dispatcher }) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw refused(vendor, answer.statusCode, text);
    return { text, type: String(answer.headers["content-type"] ?? "") };
  } catch (error) {
    if (error instanceof Unread) throw error;
    const what = signal.aborted ? `did not answer within ${ANSWER_MS / 1000} s` : `could not be reached (${codeOf(error)})`;
    throw new Unread(check, `${called} ${what}.`, remedyFor(vendor, /CERT|SIGNATURE|ALTNAME/.test(codeOf(error)) ? TLS : 0));
  }
}

/** An answer's text as what it has to be. */
export function shaped<Schema extends z.ZodType>({ check, called }: Vendor, path: string, text: string, schema: Schema): z.output<Schema> {
  const { success, data } = schema.safeParse(parsed(text));
  if (success) return data;
  throw new Unread(check, `${called} answered ${path.split("?")[0] ?? path} with something else than expected.`, "Is the address right, and is nothing in between that answers in its place?");
}

/** Number under which a remedy for a certificate that nobody vouches for is kept. */
export const TLS = -1;

const REMEDIES: Readonly<Record<number, string>> = {
  [TLS]: "Let this machine trust the authority that signed its certificate (NODE_EXTRA_CA_CERTS).",
  0: "Is the address right, is it up, and can it be reached from here?",
  404: "Is the address right?",
  429: "Too many requests: wait a minute, and run it again.",
};

function remedyFor({ remedies = {} }: Vendor, status: number): string {
  return remedies[status] ?? REMEDIES[status] ?? (status >= 500 ? "It has a fault of its own: mend that first." : "Look at what it says.");
}

function refused(vendor: Vendor, status: number, text: string): Unread {
  const { check, called, secret = "" } = vendor;
  const said = stripVTControlCharacters(messageIn(parsed(text)) ?? "").replaceAll(/\s+/g, " ").trim().replaceAll(secret === "" ? "\0" : secret, "[secret]").slice(0, 200);
  return new Unread(check, `${called} answered ${status}${said === "" ? "" : `: ${said}`}.`.replace(/([.!?])\.$/, "$1"), remedyFor(vendor, status), { status });
}

/** Where the vendors put their words. */
function messageIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { message, errors } = body as { message?: unknown; errors?: unknown };
  if (typeof message === "string") return message;
  const [first] = Array.isArray(errors) ? (errors as { message?: unknown }[]) : [];
  return typeof first?.message === "string" ? first.message : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  const { code, cause, message } = error as { code?: string; cause?: { code?: string }; message?: string };
  return code ?? cause?.code ?? message ?? "no reason given";
}
