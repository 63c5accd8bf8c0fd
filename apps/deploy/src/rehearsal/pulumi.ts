import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { LabError } from "@rzp/lab";
import { execa } from "execa";
import { LAB } from "./lab-stack.ts";

/** Providers of the deploy program; each is a plugin of the engine. */
const PLUGINS = ["proxmoxve", "talos", "cloudflare", "kubernetes"] as const;

/** What the real engine lacks here, by name; empty when it can run. */
export async function missingForPulumi(environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const { exitCode } = await execa("pulumi", ["version"], { env: environment, extendEnv: false, reject: false });
  if (exitCode !== 0) return ["pulumi"];
  const { stdout } = await execa("pulumi", ["plugin", "ls", "--json"], { env: environment, extendEnv: false, reject: false });
  const kept = new Set(namesOf(stdout));
  return PLUGINS.filter((name) => !kept.has(name) && !isOnPath(`pulumi-resource-${name}`, environment)).map((name) => `pulumi-resource-${name}`);
}

function namesOf(json: string): string[] {
  try {
    return (JSON.parse(json) as { name: string }[]).map(({ name }) => name);
  } catch {
    // An engine that cannot list them has none that it could use.
    return [];
  }
}

function isOnPath(program: string, { PATH = "" }: NodeJS.ProcessEnv): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What the engine did to one resource. */
export interface Change {
  /** As the engine calls it: `create`, `update`, `same`, `delete`, `replace`, ... */
  op: string;
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  seconds: number;
  failed: boolean;
}

/** How one run of the engine ended. */
export interface Run {
  succeeded: boolean;
  changes: Change[];
  /** What the engine says went wrong. */
  errors: string[];
  seconds: number;
}

/** A variable of a vendor's client or of the engine that a person has set for real machines must not reach a rehearsal. */
const FOREIGN = /^(PROXMOX_VE|CLOUDFLARE|CF|INFISICAL|TALOS|PULUMI|KUBE|HELM)_|^(TALOSCONFIG|KUBECONFIG)$/;

/** The real engine on one stack whose state, secrets and configuration lie in a folder of the rehearsal. The plugins of whoever runs it are used. */
export class Pulumi {
  readonly #project: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #folder: string;
  #runs = 0;

  /** @param environment What the program and its providers need. */
  constructor(folder: string, project: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#project = project;
    const state = join(folder, "state");
    mkdirSync(state, { recursive: true });
    const own = Object.fromEntries(Object.entries(process.env).filter(([key]) => !FOREIGN.test(key) || key === "PULUMI_HOME"));
    this.#environment = {
      ...own,
      ...environment,
      // The language host takes the first node that it finds.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(20).toString("hex"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // Without it there is no log of events.
      PULUMI_DEBUG_COMMANDS: "true",
    };
  }

  async init(): Promise<void> {
    // Which stack somebody has selected is his own business.
    await this.#command(["stack", "init", LAB, "--no-select", "--secrets-provider", "passphrase"]);
  }

  up(): Promise<Run> {
    return this.#run("up");
  }

  refresh(): Promise<Run> {
    return this.#run("refresh");
  }

  /** Protected resources too: what is protected at home is not in a rehearsal. */
  async destroy(): Promise<Run> {
    await this.#command(["state", "unprotect", "--all", "--yes", "--stack", LAB]);
    return this.#run("destroy");
  }

  async output(name: string): Promise<string> {
    return this.#command(["stack", "output", name, "--show-secrets", "--stack", LAB]);
  }

  async #run(verb: "up" | "refresh" | "destroy"): Promise<Run> {
    this.#runs += 1;
    const log = join(this.#folder, `pulumi-${this.#runs}-${verb}.jsonl`);
    const started = performance.now();
    const { exitCode, all } = await this.#pulumi([verb, "--stack", LAB, "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--event-log", log]);
    const { changes, errors } = readEvents(existsSync(log) ? readFileSync(log, "utf8") : "");
    const said = errors.length > 0 || exitCode === 0 ? errors : [all.trim().split("\n").slice(-8).join("\n")];
    return { succeeded: exitCode === 0, changes, errors: said, seconds: (performance.now() - started) / 1000 };
  }

  async #command(words: readonly string[]): Promise<string> {
    const { exitCode, all, stdout } = await this.#pulumi([...words, "--non-interactive"]);
    if (exitCode !== 0) throw new LabError(`pulumi ${words.join(" ")} failed:\n${all.trim()}`);
    return stdout;
  }

  async #pulumi(words: readonly string[]): Promise<{ exitCode: number | undefined; all: string; stdout: string }> {
    const { exitCode, all, stdout } = await execa("pulumi", words, { cwd: this.#project, env: this.#environment, extendEnv: false, stdin: "ignore", all: true, reject: false });
    return { exitCode, all, stdout };
  }
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
  new?: { inputs?: Record<string, unknown> } | null;
}

interface EngineEvent {
  /** Whole seconds since 1970. */
  timestamp?: number;
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
  resOpFailedEvent?: { metadata: Metadata };
  diagnosticEvent?: { severity: string; message: string };
}

/** What the engine's log of events says of one run: a line a JSON object, and a resource begun before it is done. Components and providers have nothing made. */
export function readEvents(text: string): Pick<Run, "changes" | "errors"> {
  const changes: Change[] = [];
  const errors: string[] = [];
  const begun = new Map<string, number>();
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const { timestamp = 0, resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = JSON.parse(line) as EngineEvent;
    if (resourcePreEvent !== undefined) begun.set(resourcePreEvent.metadata.urn, timestamp);
    if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim());
    const ended = resOutputsEvent ?? resOpFailedEvent;
    if (ended === undefined || /^(pulumi|rzp):/.test(ended.metadata.type)) continue;
    const { op, urn, type, new: after } = ended.metadata;
    changes.push({ op, type, name: urn.split("::").slice(3).join("::"), inputs: after?.inputs ?? {}, seconds: timestamp - (begun.get(urn) ?? timestamp), failed: resOpFailedEvent !== undefined });
  }
  return { changes, errors };
}
