import type { KubeClient } from "../client.ts";

/** One object of an Application, as Argo CD sees it. */
export interface ResourceState {
  group?: string;
  version: string;
  kind: string;
  namespace?: string;
  name: string;
  status?: string;
  health?: { status?: string; message?: string };
}

/** An Application, as far as it is read here. */
export interface Application {
  metadata: { name: string; annotations?: Record<string, string> };
  status?: {
    sync?: { status?: string; revision?: string; revisions?: string[] };
    health?: { status?: string; message?: string };
    conditions?: { type: string; message: string }[];
    reconciledAt?: string;
    resources?: ResourceState[];
    operationState?: {
      phase: string;
      message?: string;
      retryCount?: number;
      startedAt: string;
      finishedAt?: string;
      syncResult?: { resources?: { group: string; kind: string; namespace: string; name: string; status?: string; message?: string; hookPhase?: string }[] };
    };
  };
}

export const APPLICATIONS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";

export async function listApplications(client: KubeClient): Promise<Application[]> {
  return (await client.get<{ items: Application[] }>(APPLICATIONS))?.items ?? [];
}

/** Synced, healthy, done with its last operation, and with something in it: a folder that nobody reads is in sync, too. */
export function isUp({ status }: Application): boolean {
  return status?.sync?.status === "Synced" && status.health?.status === "Healthy" && !isSyncing({ status }) && (status.resources ?? []).length > 0;
}

export function isSyncing({ status }: { status?: Application["status"] | undefined }): boolean {
  return status?.operationState?.phase === "Running";
}

/** Its state in a few words, for a line that changes when the Application does. */
export function stateOf({ status }: Application): string {
  return `${status?.sync?.status ?? "Unknown"}, ${status?.health?.status ?? "Missing"}${isSyncing({ status }) ? ", syncing" : ""}`;
}

/** Asks Argo CD to look again; `hard` has it render again, too. */
export async function refresh(client: KubeClient, name: string, how: "normal" | "hard"): Promise<void> {
  await client.request("PATCH", `${APPLICATIONS}/${name}`, { metadata: { annotations: { "argocd.argoproj.io/refresh": how } } }, "application/merge-patch+json");
}
