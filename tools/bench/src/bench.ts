import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CONTENDER_NAMES, CONTENDERS, PLAN_NAMES, PLANS, ROOT, type ContenderName, type Name, type PlanName } from "./contenders.ts";
import type { Told } from "./contenders/task.ts";
import { OBJECTS_PER_SERVICE, type Size } from "./homelab.ts";
import { node, timed } from "./processes.ts";
import { summary, type Result } from "./results.ts";

export interface BenchOptions {
  sizes: readonly number[];
  runs: number;
  seed: number;
  only: readonly Name[];
  /** Folder that everything is written below. */
  scratch: string;
  signal: AbortSignal;
  progress: (what: string) => void;
}

/** Everything that is measured: contenders on homelabs of each size, then commands on the repository's own. */
export async function bench(options: BenchOptions): Promise<Result[]> {
  const results: Result[] = [];
  for (const services of options.sizes) results.push(...(await contest({ services, seed: options.seed }, options)));
  return [...results, ...(await plans(options))];
}

/** One run of each contender after the other, so that whatever else the machine does hits all of them alike. */
async function contest(size: Size, options: BenchOptions): Promise<Result[]> {
  const names = CONTENDER_NAMES.filter((name) => options.only.includes(name) && size.services <= CONTENDERS[name].most);
  if (names.length === 0) return [];
  const rivals = names.map((name) => new Rival(name, size, options));
  options.progress(`${size.services} services: making the objects`);
  await startEntry("prepare.ts", size, options, options.scratch, join(options.scratch, COMPILED));
  for (const rival of rivals) await rival.prepare();
  for (let run = 1; run <= options.runs; run++) {
    for (const rival of rivals) {
      options.progress(`${size.services} services, run ${run} of ${options.runs}: ${rival.title}`);
      await rival.run();
    }
  }
  rmSync(options.scratch, { recursive: true });
  mkdirSync(options.scratch);
  return rivals.map((rival) => rival.result());
}

/** Folder for V8's compiled code, as `./rzp` keeps one; all contenders get it, and fill it before anything is timed. */
const COMPILED = "compiled";

interface Sample {
  ms: number;
  told: Told;
}

/** One contender on homelabs of one size. */
class Rival {
  readonly title: string;
  readonly #name: ContenderName;
  readonly #size: Size;
  readonly #options: BenchOptions;
  readonly #out: string;
  readonly #compiled: string;
  readonly #samples: Sample[] = [];
  #written = { files: 0, bytes: 0 };

  constructor(name: ContenderName, size: Size, options: BenchOptions) {
    this.title = CONTENDERS[name].title;
    this.#name = name;
    this.#size = size;
    this.#options = options;
    this.#out = join(options.scratch, name);
    this.#compiled = join(options.scratch, CONTENDERS[name].uncompiled === true ? `${COMPILED}-${name}` : COMPILED);
  }

  /** A first run that is not timed: it fills what is kept between runs. */
  async prepare(): Promise<void> {
    mkdirSync(this.#out);
    await this.#start();
    this.#count();
    this.#clear();
  }

  async run(): Promise<void> {
    this.#samples.push(await this.#start());
    this.#clear();
  }

  result(): Result {
    return { ...summary(this.#name, this.title, this.#samples), services: this.#size.services, ...this.#written };
  }

  async #start(): Promise<Sample> {
    return startEntry(CONTENDERS[this.#name].entry, this.#size, this.#options, this.#out, this.#compiled);
  }

  #clear(): void {
    const { folder, uncompiled } = CONTENDERS[this.#name];
    if (uncompiled === true) rmSync(this.#compiled, { recursive: true });
    if (folder === "kept") return;
    rmSync(this.#out, { recursive: true });
    mkdirSync(this.#out);
  }

  /** A contender that writes less than its objects has not done the work. */
  #count(): void {
    if (CONTENDERS[this.#name].folder === "none") return;
    const files = readdirSync(this.#out, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
    const wanted = this.#size.services * (OBJECTS_PER_SERVICE + 1);
    if (files.length !== wanted) throw new Error(`${this.title} wrote ${files.length} files for ${wanted} objects`);
    this.#written = { files: files.length, bytes: files.reduce((sum, file) => sum + statSync(join(this.#out, file)).size, 0) };
  }
}

async function startEntry(entry: string, { services, seed }: Size, { scratch, signal }: BenchOptions, out: string, compiled: string): Promise<Sample> {
  const words = ["--services", `${services}`, "--seed", `${seed}`, "--out", out, "--objects", join(scratch, "objects.json")];
  const { ms, stdout } = await timed(node(join(import.meta.dirname, "contenders", entry), words), { cwd: scratch, signal, compiled });
  const told = JSON.parse(stdout) as Told;
  const wanted = services * (OBJECTS_PER_SERVICE + 1);
  if (told.objects !== wanted) throw new Error(`${entry} had ${told.objects} objects for ${wanted}`);
  return { ms, told };
}

async function plans({ only, runs, signal, progress }: BenchOptions): Promise<Result[]> {
  const names = PLAN_NAMES.filter((name) => only.includes(name));
  const samples = new Map<PlanName, { ms: number }[]>(names.map((name) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const name of names) {
      const { title, before } = PLANS[name];
      progress(run === 0 ? `${title}: a first time, untimed` : `run ${run} of ${runs}: ${title}`);
      before();
      const finished = await timed([join(ROOT, "rzp"), "plan"], { cwd: ROOT, signal });
      if (run > 0) samples.get(name)?.push(finished);
    }
  }
  return names.map((name) => summary(name, PLANS[name].title, samples.get(name) ?? []));
}
