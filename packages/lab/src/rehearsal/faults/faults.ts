import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import type { Daemon } from "../../processes.ts";
import type { Faults } from "../../stand-ins/faults.ts";
import type { Stage } from "../stage.ts";

/** What is hit. */
interface Target {
  stage: Pick<Stage, "controlPlane" | "git" | "outside">;
  /** Of the Infisical that the homelab's secrets are in. */
  secrets: Faults;
}

/** Something that goes wrong while a homelab comes up or changes, and passes. */
export interface PassingFault {
  name: string;
  /** When it does most harm: as soon as there is something new to fetch, or in the middle of a sync. */
  at: "news" | "sync";
  /** Whether it hits Infisical: where nothing reads secrets, it would hit nothing. */
  ofSecrets?: true;
  /** Done when it has passed; what it broke need not be well by then. */
  strike: (target: Target) => Promise<void>;
}

/** How long a server fails, or hangs: longer than one try, shorter than what a rehearsal takes for lasting. */
const LASTS_MS = 10_000;

const CONTROLLER = "argocd-application-controller";
const REPO_SERVER = "argocd-repo-server";
const API = "kube-apiserver";
/** Every host outside but the one of git. */
const CHARTS = (git: string): string => `* /!(${git})/**`;

/** All of what is tried. Programs die as by `kill -9` or the loss of their machine, and start again on what they had. */
export const FAULTS: readonly PassingFault[] = [
  killed(CONTROLLER),
  killed(REPO_SERVER),
  killed("redis"),
  killed(API),
  killed("etcd"),
  killed("kube-scheduler"),
  killed("kube-controller-manager"),
  killed("kwok"),
  killed("etcd", API),
  killed("redis", REPO_SERVER, CONTROLLER),
  killed("etcd", API, "kube-controller-manager", "kube-scheduler", "kwok", "redis", REPO_SERVER, CONTROLLER),
  killedAgain(CONTROLLER),
  hung(API),
  hung("etcd"),
  hung(REPO_SERVER),
  outside("the git host answers 500", (git) => ({ on: `* /${git}/**`, status: 500 })),
  outside("the git host cuts every connection", (git) => ({ on: `* /${git}/**`, cut: "before" })),
  outside("the git host takes 4 s for an answer", (git) => ({ on: `* /${git}/**`, delay: 4000 })),
  outside("the hosts of charts answer 503", (git) => ({ on: CHARTS(git), status: 503 })),
  outside("the hosts of charts cut every connection", (git) => ({ on: CHARTS(git), cut: "before" })),
  ...["down", "wrong-login", "token-expired", "rate-limit"].map(ofSecrets),
];

function killed(...names: readonly string[]): PassingFault {
  const strike = async ({ stage }: Target): Promise<void> => {
    await Promise.all(names.map((name) => daemonOf(stage, name).restart()));
    await revived(stage);
  };
  return { name: `${names.length > 3 ? "all programs" : names.join(" and ")} ${names.length === 1 ? "is" : "are"} killed`, at: "sync", strike };
}

function killedAgain(name: string): PassingFault {
  const strike = async ({ stage }: Target): Promise<void> => {
    for (let time = 0; time < 3; time += 1) {
      await daemonOf(stage, name).restart();
      await sleep(2000);
    }
    await revived(stage);
  };
  return { name: `${name} is killed three times in a row`, at: "sync", strike };
}

/** Starts again what gave up meanwhile because another one was not there, as a kubelet does. */
async function revived({ controlPlane }: Target["stage"]): Promise<void> {
  for (const end = performance.now() + LASTS_MS; performance.now() < end; ) {
    for (const daemon of controlPlane.processes.daemons) if (daemon.ended() !== undefined) await daemon.restart();
    await sleep(1000);
  }
}

/** It is there and says nothing, which is worse than one that is gone. */
function hung(name: string): PassingFault {
  return {
    name: `${name} hangs`,
    at: "sync",
    strike: async ({ stage }) => {
      const { pid } = daemonOf(stage, name);
      process.kill(pid, "SIGSTOP");
      await sleep(LASTS_MS);
      process.kill(pid, "SIGCONT");
    },
  };
}

function outside(name: string, fault: (gitHost: string) => Parameters<Faults["add"]>[0]): PassingFault {
  return { name, at: "news", strike: ({ stage }) => failing(stage.outside.faults, fault(stage.git.host)) };
}

/** By the name that Infisical's stand-in knows it by. */
function ofSecrets(fault: string): PassingFault {
  return { name: `Infisical: ${fault}`, at: "news", ofSecrets: true, strike: ({ secrets }) => failing(secrets, fault) };
}

async function failing(faults: Faults, fault: unknown): Promise<void> {
  faults.add(fault);
  await sleep(LASTS_MS);
  faults.clear();
}

function daemonOf({ controlPlane }: Target["stage"], name: string): Daemon {
  const found = controlPlane.processes.daemons.find((daemon) => daemon.name === name);
  if (found === undefined) throw new LabError(`there is no ${name} to hit`);
  return found;
}
