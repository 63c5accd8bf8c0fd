import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { cpus, loadavg, totalmem } from "node:os";

/** What a figure depends on beside our code. */
export function versions(): Record<string, string> {
  const packages = ["@rzp/workload", "@rzp/gitops", "js-yaml", "cdk8s", "constructs", "@pulumi/pulumi", "@pulumi/kubernetes"];
  return { node: process.versions.node, ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])) };
}

/** The machine, and how busy it was: with a load above its number of processors the times say little, the ratios still something. */
export function machine(): string {
  const processors = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  return `${process.platform} ${process.arch}, ${processors.length} x ${processors[0]?.model.trim() ?? "processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load.join(" ")}`;
}

function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`the package ${name} is not installed`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
