import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Category } from "@rzp/workload/manifests";
import { loadStack } from "../config.ts";
import { fileOf, homelab, SERVICES } from "../homelab.ts";
import { folders } from "../render.ts";
import { categories } from "../services/index.ts";
import { ROOT, treeOf } from "./render.ts";

/** A declaration that has a file of its own, and how much somebody reads there. */
interface Lines {
  file: string;
  lines: number;
}

/** How many of the longest are named: those that somebody would make shorter next. */
const LONGEST = 5;

/** Says how large the homelab is: what is declared, and what becomes of it. */
export function stats({ stack }: { stack: string }): Promise<number> {
  const home = homelab(loadStack(stack));
  const declared = declarationLines(categories);
  const kinds = Map.groupBy(folders(home).flatMap(({ objects }) => objects), ({ kind }) => kind);
  const yaml = [...treeOf(home, ROOT).files()].filter(([path]) => path.endsWith(".yaml"));
  const sizes = declared.map(({ lines }) => lines);
  const all = categories.flatMap(({ services }) => services).length;

  console.log(`services      ${all} in ${categories.length} categories; ${home.registry.services.length} of them in the stack ${stack}`);
  console.log(`declarations  ${Math.min(...sizes)} code lines at least, ${median(sizes)} in the middle, ${Math.max(...sizes)} at most (${declared.length} files)`);
  console.log(`longest       ${declared.toSorted((a, b) => b.lines - a.lines).slice(0, LONGEST).map(({ file, lines }) => `${file.slice(SERVICES.length + 1)} (${lines})`).join(", ")}`);
  console.log(`rendered      ${yaml.reduce((sum, [, text]) => sum + text.trimEnd().split("\n").length, 0)} lines of YAML in ${yaml.length} files`);
  console.log("objects");
  for (const [kind, { length }] of [...kinds].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))) console.log(`${`${length}`.padStart(12)}  ${kind}`);
  return Promise.resolve(0);
}

/** Every declaration with a file of its own, whatever a stack switches off. */
export function declarationLines(all: readonly Category[]): Lines[] {
  const files = all.flatMap(({ services }) => services.map(({ id }) => fileOf(id))).filter((file) => existsSync(join(ROOT, file)));
  return files.map((file) => ({ file, lines: codeLines(readFileSync(join(ROOT, file), "utf8")) }));
}

/** Lines that are neither blank nor comment. A comment beside code, or in the middle of a text, counts as what it stands in. */
export function codeLines(text: string): number {
  const withoutBlocks = text.replace(/^\s*\/\*[^]*?\*\/[^\S\n]*$/gm, "");
  return withoutBlocks.split("\n").filter((line) => !/^\s*(\/\/|$)/.test(line)).length;
}

/** The middle of a list; of an even number, half-way between the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, number) => sum + number, 0) / middle.length;
}
