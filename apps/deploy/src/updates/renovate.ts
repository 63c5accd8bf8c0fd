/** Renovate itself, as tools/renovate pins it: got once, and asked without a network. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import type { Found, RenovateConfig } from "./managers.ts";
import type { Manager } from "./pins.ts";

const PIN = ["package.json", "package-lock.json"];

/** Where it is kept, a folder for each lock. */
export function renovateFolder(root: string): string {
  return join(root, ".rzp/renovate", createHash("sha256").update(readFileSync(join(root, "tools/renovate/package-lock.json"))).digest("hex").slice(0, 12));
}

/** Folder of the package; undefined where npm cannot get it. Nothing is built, and it is moved into place whole, so that a killed run leaves no half of it. */
export async function getRenovate(root: string): Promise<string | undefined> {
  const folder = renovateFolder(root);
  if (existsSync(folder)) return folder;
  mkdirSync(join(root, ".rzp/renovate"), { recursive: true });
  const making = mkdtempSync(`${folder}.`);
  for (const file of PIN) copyFileSync(join(root, "tools/renovate", file), join(making, file));
  const words = ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const { exitCode } = await execa("npm", words, { cwd: making, stdio: ["ignore", 2, 2], reject: false });
  if (exitCode === 0 && !existsSync(folder)) renameSync(making, folder);
  else rmSync(making, { recursive: true });
  return exitCode === 0 ? folder : undefined;
}

/** What its validator says against a file; nothing when it is right. The bot's own part is another kind of configuration. */
export async function invalid(folder: string, file: string, root: string, kind: "repository" | "bot"): Promise<string | undefined> {
  const words = ["--strict", ...(kind === "repository" ? ["--no-global"] : []), file];
  const { exitCode, all } = await execa(process.execPath, [program(folder, "config-validator.js"), ...words], { cwd: root, env: quiet(root), extendEnv: false, all: true, reject: false });
  return exitCode === 0 ? undefined : `${file}: ${all.trim()}`;
}

/** A dependency as its report has it. */
interface Dependency {
  depName: string;
  packageName?: string;
  datasource: string;
  depType?: string;
  currentValue?: string;
  currentDigest?: string;
  enabled?: boolean;
  skipReason?: string;
}

interface Report {
  repositories: Record<string, { packageFiles: Record<string, { packageFile: string; deps: Dependency[] }[]> }>;
}

/** Versions that it finds in the repository, as a dry run for which no registry is asked. */
export async function extractByRenovate(folder: string, root: string, rules: Rules): Promise<Found[]> {
  const work = mkdtempSync(join(root, ".rzp/renovate/run."));
  const report = join(work, "report.json");
  const env = { ...quiet(work), RENOVATE_REPORT_TYPE: "file", RENOVATE_REPORT_PATH: report, RENOVATE_BASE_DIR: work };
  const { exitCode, all } = await execa(process.execPath, [program(folder, "renovate.js"), "--platform=local", "--dry-run=extract"], { cwd: root, env, extendEnv: false, all: true, reject: false });
  const read = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as Report) : undefined;
  rmSync(work, { recursive: true });
  if (read === undefined) throw new Error(`Renovate left no report (exit code ${exitCode ?? "none"}).\n${all}`);
  const files = Object.values(read.repositories).flatMap(({ packageFiles }) => Object.entries(packageFiles).flatMap(([manager, inside]) => inside.map((one) => ({ ...one, manager: manager as Manager }))));
  const found = await Promise.all(files.flatMap(({ manager, packageFile, deps }) => deps.filter(isFollowed).map(async (dep) => ((await rules.decide(asked(dep, manager, packageFile))).enabled === false ? [] : [foundBy(dep, manager, packageFile)]))));
  return found.flat();
}

/** Releases on GitHub need a token, which is not there in a dry run; whatever else is skipped has no version of its own. */
function isFollowed({ enabled, skipReason, currentValue }: Dependency): boolean {
  return enabled !== false && currentValue !== undefined && (skipReason === undefined || skipReason === "github-token-required");
}

function foundBy({ depName: name, datasource, currentValue = "", currentDigest }: Dependency, manager: Manager, file: string): Found {
  return { file, manager, name, datasource, version: currentDigest === undefined ? currentValue : `${currentValue}@${currentDigest}` };
}

/** What is asked of the rules. */
export interface Question {
  manager: string;
  packageFile: string;
  depName: string;
  packageName: string;
  datasource: string;
  depType?: string;
  updateType?: string;
}

function asked({ depName, packageName = depName, datasource, depType }: Dependency, manager: Manager, packageFile: string): Question {
  return { manager: manager === "regex" ? "custom.regex" : manager, packageFile, depName, packageName, datasource, ...(depType === undefined ? {} : { depType }) };
}

/** What is answered, as far as it is looked at here. */
export interface Decision {
  enabled?: boolean;
  automerge?: boolean;
  dependencyDashboardApproval?: boolean;
  allowedVersions?: string;
  groupName?: string;
  versioning?: string;
}

export interface Rules {
  decide: (question: Question) => Promise<Decision>;
  /** Which of the tags it would take in place of the one there is. */
  newer: (versioning: string, current: string, tags: readonly string[]) => string[];
}

/** Its own rules, with the presets that the configuration extends: they come with the package. */
export async function rulesOf(folder: string, config: RenovateConfig): Promise<Rules> {
  const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(program(folder, path)).href)) as T;
  process.env.LOG_LEVEL ??= "fatal";
  const { init } = await load<{ init: () => void }>("logger/index.js");
  init();
  const { resolveConfigPresets } = await load<{ resolveConfigPresets: (config: unknown) => Promise<{ config: object }> }>("config/presets/index.js");
  const { applyPackageRules } = await load<{ applyPackageRules: (question: object) => Promise<Decision> }>("util/package-rules/index.js");
  const { get } = await load<{ get: (versioning: string) => Versioning }>("modules/versioning/index.js");
  const { config: whole } = await resolveConfigPresets(config);
  return {
    decide: async (question) => applyPackageRules({ ...whole, ...question }),
    newer: (versioning, current, tags) => {
      const api = get(versioning);
      return tags.filter((tag) => api.isVersion(tag) && api.isStable(tag) && api.isCompatible(tag, current) && api.isGreaterThan(tag, current));
    },
  };
}

interface Versioning {
  isVersion: (version: string) => boolean;
  isStable: (version: string) => boolean;
  isCompatible: (version: string, current: string) => boolean;
  isGreaterThan: (version: string, other: string) => boolean;
}

function program(folder: string, path: string): string {
  return join(folder, "node_modules/renovate/dist", path);
}

/** It is told of no account, and of nothing that this machine's user has set for it. */
function quiet(home: string): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: home, LOG_LEVEL: "error" };
}
