import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "../control-plane.ts";
import { LabError } from "../errors.ts";
import { freePort, type Daemon } from "../processes.ts";

const LOOK_MS = 500;
/** As long as a kubelet waits before it starts a program again that ended. */
const AGAIN_MS = 10_000;

interface RealEsoArgs {
  /** The controller's program, as `checkEso` gives it. */
  binary: string;
  controlPlane: ControlPlane;
  /** What it needs to see the world outside as the lab plays it. */
  environment: Readonly<Record<string, string>>;
  /** Whether a kubelet would have it running now. */
  isRunning: () => Promise<boolean>;
  report: (line: string) => void;
}

/** Its whole path, when it is a program that can be run. */
export function checkEso(path: string): string {
  const whole = resolve(path);
  const wanted = "Name the program of the External Secrets Operator (the image has it as /bin/external-secrets), or leave --eso out: the lab plays it then.";
  const found = statSync(whole, { throwIfNoEntry: false });
  if (found === undefined) throw new LabError(`--eso=${path}: there is no ${whole}. ${wanted}`);
  if (!found.isFile()) throw new LabError(`--eso=${path}: ${whole} is not a file. ${wanted}`);
  try {
    accessSync(whole, constants.X_OK);
  } catch {
    throw new LabError(`--eso=${path}: ${whole} cannot be executed. Run chmod +x ${whole}, or leave --eso out: the lab plays the operator then.`);
  }
  return whole;
}

/** Runs the real External Secrets Operator beside the control plane, as long as its Deployment is available: what a kubelet would do. */
export function startRealEso({ binary, controlPlane: { processes, kubeconfig }, environment, isRunning, report }: RealEsoArgs): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let daemon: Daemon | undefined;
  /** One look; what it gives is how long to wait for the next. */
  const look = async (): Promise<number> => {
    const isWanted = await isRunning();
    const ended = daemon?.ended();
    if (daemon !== undefined && ended !== undefined) {
      report(`the External Secrets Operator ended (${ended}); its log is ${daemon.log}`);
      daemon = undefined;
      return AGAIN_MS;
    }
    if (isWanted && daemon === undefined) {
      const words = ["--metrics-addr", `127.0.0.1:${await freePort()}`, "--live-addr", `127.0.0.1:${await freePort()}`];
      daemon = processes.start("external-secrets", binary, words, { environment: { PATH: process.env.PATH, HOME: processes.folder, KUBECONFIG: kubeconfig, ...environment } });
      report(`the External Secrets Operator runs: ${binary}`);
    } else if (!isWanted) {
      await daemon?.stop();
      daemon = undefined;
    }
    return LOOK_MS;
  };
  const run = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // An API server that is away comes back.
      const pause = await look().catch(() => LOOK_MS);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await daemon?.stop();
  })();
  return {
    stop: async () => {
      stopping.abort();
      await run;
    },
  };
}
