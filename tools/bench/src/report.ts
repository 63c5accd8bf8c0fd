import { stripVTControlCharacters, styleText } from "node:util";
import { OBJECTS_PER_SERVICE } from "./homelab.ts";
import { ratio, seconds, times, type Goal, type Result } from "./results.ts";

/** All results for people: a table a size, the repository's own commands, the goals. */
export function report(results: readonly Result[], goals: readonly Goal[]): string {
  const bySize = [...Map.groupBy(results, ({ services }) => services)];
  return [...bySize.flatMap(([services, all]) => [heading(services), table(rows(all)), ""]), "Goals", table(goals.map(goalRow)), ""].join("\n");
}

function heading(services: number | undefined): string {
  if (services === undefined) return "This repository";
  return `${services} services x ${OBJECTS_PER_SERVICE} objects and an Application: ${services * (OBJECTS_PER_SERVICE + 1)} objects`;
}

function rows(all: readonly Result[]): string[][] {
  const floor = all.find(({ name }) => name === "floor")?.ms;
  const floorUser = all.find(({ name }) => name === "floor")?.userMs;
  const titles = ["", "median", "fastest", "slowest", "x floor", "user", "x floor", "kernel", "peak", "files", "written", "reading"];
  const lines = all.map((one) => [
    one.title,
    seconds(one.ms),
    seconds(one.fastestMs),
    seconds(one.slowestMs),
    shown(ratio(one.ms, floor), times),
    shown(one.userMs, seconds),
    shown(ratio(one.userMs, floorUser), times),
    shown(one.kernelMs, seconds),
    shown(one.peakBytes, megabytes),
    shown(one.files, String),
    shown(one.bytes, megabytes),
    shown(one.readMs, seconds),
  ]);
  const isUsed = (column: number): boolean => lines.some((line) => line[column] !== "");
  return [titles, ...lines].map((line) => line.filter((_, column) => isUsed(column)));
}

function goalRow({ goal, measured, holds }: Goal): string[] {
  if (holds === undefined) return [goal, measured, ""];
  return [goal, measured, holds ? styleText("green", "holds") : styleText("red", "missed")];
}

function shown(value: number | undefined, show: (value: number) => string): string {
  return value === undefined || value === 0 ? "" : show(value);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}

/** Columns side by side: the first to the left, the others to the right. */
export function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => width(line[column]))));
  const cell = (text: string, column: number): string => {
    const gap = " ".repeat((widths[column] ?? 0) - width(text));
    return column === 0 ? text + gap : gap + text;
  };
  return lines.map((line) => `  ${line.map(cell).join("  ")}`.trimEnd()).join("\n");
}

function width(text = ""): number {
  return stripVTControlCharacters(text).length;
}
