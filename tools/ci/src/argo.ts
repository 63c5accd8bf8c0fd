import { ask, type Service } from "./http.ts";

interface Application {
  metadata: { name: string };
  status?: {
    sync?: { status?: string; revision?: string };
    health?: { status?: string; message?: string };
    operationState?: { phase?: string; message?: string };
    conditions?: { type: string; message: string }[];
  };
}

export interface WaitArgs {
  /** Where Argo CD is, as a browser calls it. */
  server: string;
  token: string;
  /** The Application that makes all others. */
  root: string;
  /** The commit that must have arrived. */
  revision: string;
  /** How often it is looked before it is given up. */
  looks: number;
  /** Between two looks. */
  pause: () => Promise<void>;
  say: (line: string) => void;
}

/**
 * Has Argo CD look at git, and waits until the commit is there and everything is Synced and Healthy. Returns what is not, a line each; none is success.
 *
 * Children are refreshed once after the root has the commit: before that they would only say that the commit before is well.
 */
export async function waitForArgo({ server, token, root, revision, looks, pause, say }: WaitArgs): Promise<string[]> {
  const argo: Service = { name: "Argo CD", url: server, identity: { authorization: `Bearer ${token}` } };
  await refresh(argo, root);
  let refreshed = false;
  let told = "";
  for (let look = 1; ; look += 1) {
    const { items } = (await ask(argo, "/api/v1/applications")) as { items: Application[] | null };
    const all = items ?? [];
    const arrived = all.some(({ metadata, status }) => metadata.name === root && status?.sync?.revision === revision);
    const waiting = arrived ? all.flatMap(unready) : [`${root} is not at ${revision.slice(0, 12)} yet`];
    if (arrived && refreshed && waiting.length === 0) return [];
    if (arrived && !refreshed) {
      for (const { metadata } of all) await refresh(argo, metadata.name);
      refreshed = true;
    }
    const line = waiting.join("; ");
    if (line !== told && line !== "") say(`waiting: ${line}`);
    told = line;
    if (look >= looks) return waiting.length > 0 ? waiting : ["Argo CD was asked to look again, and has not been seen well since"];
    await pause();
  }
}

async function refresh(argo: Service, name: string): Promise<void> {
  await ask(argo, `/api/v1/applications/${encodeURIComponent(name)}`, { query: { refresh: "normal" } });
}

/** What is not well with an Application, in one line. */
function unready({ metadata: { name }, status = {} }: Application): string[] {
  const { sync, health, operationState: operation, conditions = [] } = status;
  const words = [sync?.status ?? "Unknown", health?.status ?? "Unknown", ...(operation?.phase === "Running" ? ["still syncing"] : [])];
  if (words.join() === "Synced,Healthy") return [];
  const failed = operation?.phase === "Failed" || operation?.phase === "Error" ? operation.message : undefined;
  const why = conditions.find(({ type }) => type.endsWith("Error"))?.message ?? failed ?? health?.message;
  return [`${name} is ${words.join(", ")}${why === undefined ? "" : ` (${why.replace(/\s+/g, " ").slice(0, 200)})`}`];
}
