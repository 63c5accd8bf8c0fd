import { ask, type Service } from "./http.ts";

/** A pull request, and where its comments are. */
export interface PullRequest {
  host: Host;
  /** Where the API is. */
  url: string;
  token: string;
  /** Harness Code: the identifier of the repository. GitHub and Forgejo: `owner/name`. */
  repository: string;
  number: string;
  /** Harness only: account, organization and project. */
  scope?: Readonly<Record<string, string>>;
}

interface Comment {
  id: number;
  text: string;
}

/** What differs between hosts. */
interface Dialect {
  name: string;
  identity: (token: string) => Record<string, string>;
  list: (repository: string, number: string, page: number) => { path: string; query: Record<string, string> };
  read: (answer: unknown) => Comment[];
  create: (repository: string, number: string) => string;
  update: (repository: string, number: string, id: number) => string;
  body: (text: string) => object;
}

const PAGE = 100;

const harness: Dialect = {
  name: "Harness Code",
  identity: (token) => ({ "x-api-key": token }),
  list: (repository, number, page) => ({ path: `/code/api/v1/repos/${encodeURIComponent(repository)}/pullreq/${number}/activities`, query: { kind: "comment", page: String(page), limit: String(PAGE) } }),
  read: (answer) => (answer as { id: number; text?: string; deleted?: number | null }[]).filter(({ deleted }) => (deleted ?? 0) === 0).map(({ id, text = "" }) => ({ id, text })),
  create: (repository, number) => `/code/api/v1/repos/${encodeURIComponent(repository)}/pullreq/${number}/comments`,
  update: (repository, number, id) => `/code/api/v1/repos/${encodeURIComponent(repository)}/pullreq/${number}/comments/${id}`,
  body: (text) => ({ text }),
};

const issues: Dialect = {
  name: "the git host",
  identity: (token) => ({ authorization: `token ${token}` }),
  list: (repository, number, page) => ({ path: `/repos/${repository}/issues/${number}/comments`, query: { page: String(page), per_page: String(PAGE), limit: String(PAGE) } }),
  read: (answer) => (answer as { id: number; body?: string | null }[]).map(({ id, body }) => ({ id, text: body ?? "" })),
  create: (repository, number) => `/repos/${repository}/issues/${number}/comments`,
  update: (repository, _number, id) => `/repos/${repository}/issues/comments/${id}`,
  body: (text) => ({ body: text }),
};

const DIALECTS = { harness, github: { ...issues, name: "GitHub" }, forgejo: { ...issues, name: "Forgejo" } } as const satisfies Record<string, Dialect>;

export type Host = keyof typeof DIALECTS;
export const HOSTS = Object.keys(DIALECTS) as Host[];

/** No page shows it, and the comment is found by it again. */
const MARK = "<!-- rzp: what this changes -->";
/** Hosts take about 65 000 characters. */
const LONGEST = 60_000;
/** So many pages are looked through; a host that has no end of them is not asked for ever. */
const PAGES = 50;

/** Writes the comment, or over the one that an earlier build of the same pull request wrote. */
export async function comment(pull: PullRequest, text: string): Promise<"created" | "updated"> {
  if (!/^[1-9]\d*$/.test(pull.number)) throw new TypeError(`"${pull.number}" is no number of a pull request`);
  const dialect = DIALECTS[pull.host];
  const service: Service = { name: dialect.name, url: pull.url, identity: dialect.identity(pull.token) };
  const query = { ...pull.scope };
  const own = await find(service, dialect, pull);
  const body = dialect.body(commentText(text));
  if (own === undefined) await ask(service, dialect.create(pull.repository, pull.number), { method: "POST", query, body });
  else await ask(service, dialect.update(pull.repository, pull.number, own.id), { method: "PATCH", query, body });
  return own === undefined ? "created" : "updated";
}

/** The text as it is sent: found again by its first line, and cut where a host would refuse it. */
export function commentText(text: string): string {
  const whole = `${MARK}\n${text.trim()}\n`;
  if (whole.length <= LONGEST) return whole;
  const cut = whole.slice(0, whole.lastIndexOf("\n", LONGEST));
  // A block that is open at the cut would swallow the note.
  const open = (cut.match(/^```/gm)?.length ?? 0) % 2 === 1;
  return `${cut}${open ? "\n```" : ""}\n\n**Cut here: it is longer than a comment may be.** The build's log has all of it.\n`;
}

async function find(service: Service, dialect: Dialect, { repository, number, scope }: PullRequest): Promise<Comment | undefined> {
  for (let page = 1; page <= PAGES; page += 1) {
    const { path, query } = dialect.list(repository, number, page);
    const comments = dialect.read(await ask(service, path, { query: { ...query, ...scope } }));
    const own = comments.find((one) => one.text.startsWith(MARK));
    if (own !== undefined || comments.length === 0) return own;
  }
  return undefined;
}
