import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import type { z } from "zod";
import { APP } from "../config.ts";
import { Unread } from "./check.ts";
import { EXPORT, HISTORY, stateOf, type EngineState, type History } from "./state.ts";

/** Time for one question to the backend, in milliseconds. */
const ANSWER_MS = 5_000;
/** As far back as a failed run is looked for. */
const RUNS = 200;

/** What the engine's own command line says of a stack; nothing is written. */
export class PulumiReads {
  readonly #stack: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(stack: string, environment: NodeJS.ProcessEnv) {
    this.#stack = stack;
    this.#environment = environment;
  }

  async state(): Promise<EngineState> {
    return stateOf(this.#parsed("stack export", await this.#run("stack", "export"), EXPORT));
  }

  async history(): Promise<History> {
    return this.#parsed("stack history", await this.#run("stack", "history", "--json", "--page-size", String(RUNS)), HISTORY);
  }

  kubeconfig(): Promise<string> {
    return this.#run("stack", "output", "kubeconfig", "--show-secrets");
  }

  async #run(...words: string[]): Promise<string> {
    const { exitCode, code, stdout, stderr, timedOut } = await execa("pulumi", [...words, "--stack", this.#stack, "--non-interactive"], {
      cwd: APP,
      env: this.#environment,
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      timeout: ANSWER_MS,
      maxBuffer: 200 * 2 ** 20,
    });
    if (code === "ENOENT") throw new Unread("state", "pulumi is not on PATH, so nobody can say what is ours.", "Install pulumi and log in to the backend of the stack.", { unsure: true });
    if (exitCode === 0) return stdout;
    const said = stripVTControlCharacters(stderr).trim().split("\n").at(-1) ?? "";
    const why = timedOut ? `did not answer within ${ANSWER_MS / 1000} s` : said;
    throw new Unread("state", `pulumi ${words.slice(0, 2).join(" ")}: ${why.slice(0, 300)}`, `Is pulumi logged in (pulumi whoami), and is the stack there (pulumi -C apps/deploy stack init ${this.#stack}, once)?`);
  }

  #parsed<Schema extends z.ZodType>(what: string, text: string, schema: Schema): z.output<Schema> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    const { success, data } = schema.safeParse(value);
    if (success) return data;
    throw new Unread("state", `pulumi ${what} printed something else than expected.`, "Is it a version that this repository was not tried with? `pulumi version` says.");
  }
}
