import { get } from "node:https";
import { log, output, ResourceError, runtime, secret, type Output, type Resource } from "@pulumi/pulumi";
import { parseDuration, refusal, type Duration } from "@rzp/core";
import pRetry from "p-retry";
import { readKubeconfig, type ApiAccess } from "./kubeconfig.ts";

/** How {@link apiReady} waits. */
export interface ApiReadyOptions {
  /** How long the API may take from the moment the kubeconfig is there; a first start pulls images. No resource changes with it. @default "10m" */
  timeout?: Duration;
  /** Resource that the progress is shown on, such as the cluster. @default the stack */
  resource?: Resource;
}

/**
 * The same kubeconfig, once the Kubernetes API answers with it: what a Kubernetes provider is to be given.
 *
 * Talos hands out a kubeconfig as soon as it knows its own configuration, while etcd and the API server have yet to start and nobody holds the VIP. A Kubernetes
 * provider asks for the schema once, when it is configured; without an answer it calls the cluster unreachable for the rest of the `up`. In a preview nothing is waited for.
 */
export function apiReady(kubeconfigRaw: Output<string>, { timeout = "10m", resource }: ApiReadyOptions = {}): Output<string> {
  const refuse = refusal("apiReady", "kubeconfig");
  const timeoutMs = parseDuration(timeout) ?? 0;
  if (timeoutMs <= 0) refuse("timeout", `"${timeout}" is not a duration`, "Write it as 90s or 10m.");
  if (runtime.isDryRun()) return secret(kubeconfigRaw);

  const note = (message: string): void => void log.info(message, resource).catch(() => undefined);
  return secret(output(kubeconfigRaw).apply((kubeconfig) => onceReady(kubeconfig, { ...PACE, timeout, timeoutMs, note }, resource)));
}

/** How often to ask, how long one answer may take, and how often to say so; many tries fit into any timeout worth writing. */
export const PACE = { pauseMs: 2_000, answerMs: 5_000, noteEveryMs: 30_000 };

/** Limits of a wait. */
export interface Wait {
  /** As a person wrote it. */
  timeout: Duration;
  timeoutMs: number;
  pauseMs: number;
  answerMs: number;
  noteEveryMs: number;
  note: (message: string) => void;
}

/** The kubeconfig, once it is good for something; an error that Pulumi shows without a stack, on the resource. */
export async function onceReady(kubeconfig: string, wait: Wait, resource?: Resource): Promise<string> {
  try {
    await waitForApi(readKubeconfig(kubeconfig), wait);
  } catch (error) {
    throw new ResourceError(error instanceof Error ? error.message : String(error), resource, true);
  }
  return kubeconfig;
}

/** Waits until `/readyz` answers 200 to the client certificate, over a connection that the CA vouches for. */
async function waitForApi(access: ApiAccess, { timeout, timeoutMs, pauseMs, answerMs, noteEveryMs, note }: Wait): Promise<void> {
  let noted = -Infinity;
  const ask = async (): Promise<void> => {
    const answer = await readyz(access, answerMs);
    if (answer !== undefined) throw new Error(answer);
  };
  // Everything is tried again, a refused certificate too: it may be another machine's that still has the address, or a clock that is not set yet.
  const retry = {
    retries: Infinity,
    factor: 1,
    minTimeout: pauseMs,
    maxRetryTime: timeoutMs,
    onFailedAttempt: ({ error }: { error: Error }): void => {
      if (performance.now() - noted < noteEveryMs) return;
      noted = performance.now();
      note(`waiting for the Kubernetes API at ${access.server}: ${error.message}; ${timeout} at most`);
    },
  };
  await pRetry(ask, retry).catch((error: unknown) => {
    throw new Error(tooLate(access.server, timeout, error));
  });
}

function tooLate(server: string, timeout: Duration, error: unknown): string {
  return [
    `The Kubernetes API at ${server} was not ready within ${timeout}; last answer: ${error instanceof Error ? error.message : String(error)}.`,
    "Are the control planes running, is the address (the VIP) nobody else's, and can it be reached from here? `talosctl health` says what the cluster waits for.",
    "What was made stays; run `up` again when it is well.",
  ].join("\n");
}

/** What stands against the API being ready, in words that hold nothing secret; undefined when it is. */
function readyz({ server, ...credentials }: ApiAccess, answerMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(answerMs);
    const failed = (error: NodeJS.ErrnoException): void => {
      resolve(signal.aborted ? `no answer within ${answerMs / 1000} s` : (error.code ?? error.name));
    };
    // Without an agent no connection is kept: the VIP may move to another machine between two tries. Trust is not for NODE_TLS_REJECT_UNAUTHORIZED to switch off:
    // who answers is given the client certificate, and then the whole cluster's resources.
    const request = get(`${server}/readyz`, { ...credentials, rejectUnauthorized: true, agent: false, signal }, (response) => {
      let body = "";
      response.setEncoding("latin1").on("error", failed);
      response.on("data", (chunk: string) => (body = (body + chunk).slice(0, 10_000)));
      response.on("end", () => {
        resolve(response.statusCode === 200 ? undefined : [`status ${response.statusCode ?? 0}`, ...failedChecks(body)].join(" "));
      });
    });
    request.on("error", failed);
  });
}

// The API server lists its checks, `[-]etcd failed: reason withheld` those that fail.
function failedChecks(body: string): string[] {
  const names = [...body.matchAll(/^\[-\]([\w/.-]{1,60}) failed/gm)].map(([, name]) => name);
  return names.length === 0 ? [] : [`(${names.join(", ")})`];
}
