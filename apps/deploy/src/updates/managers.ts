/** What renovate.json5 says, and what its own managers find: the part of Renovate that needs no Renovate. */
import { readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import JSON5 from "json5";
import type { Manager, Sources } from "./pins.ts";

export const CONFIG = "renovate.json5";

/** The part of it that is looked at here. */
export interface RenovateConfig {
  enabledManagers: readonly string[];
  ignorePaths: readonly string[];
  automerge: boolean;
  minimumReleaseAge: string;
  customManagers: readonly CustomManager[];
  packageRules: readonly PackageRule[];
}

interface CustomManager {
  description?: string;
  managerFilePatterns: readonly string[];
  matchStrings: readonly string[];
  depNameTemplate?: string;
  packageNameTemplate?: string;
  registryUrlTemplate?: string;
  datasourceTemplate?: string;
}

interface PackageRule {
  groupName?: string;
  matchDatasources?: readonly string[];
  matchPackageNames?: readonly string[];
  matchUpdateTypes?: readonly string[];
  allowedVersions?: string;
  dependencyDashboardApproval?: boolean;
  automerge?: boolean;
}

/** A version that was found. */
export interface Found {
  file: string;
  manager: Manager;
  name: string;
  version: string;
  datasource: string;
  /** Repository of a chart that it is looked for in. */
  from?: string;
}

export function readConfig(root: string): RenovateConfig {
  return JSON5.parse(readFileSync(join(root, CONFIG), "utf8"));
}

/** What the managers that the configuration itself describes find in the files, as Renovate's strategy `any` does. */
export function extract({ customManagers, ignorePaths }: Pick<RenovateConfig, "customManagers" | "ignorePaths">, { files, read }: Sources): Found[] {
  const kept = files.filter((file) => !ignorePaths.some((pattern) => matchesGlob(file, pattern)));
  return customManagers.flatMap((manager) =>
    kept.filter((file) => manager.managerFilePatterns.some((pattern) => isMatch(file, pattern))).flatMap((file) =>
      manager.matchStrings.flatMap((pattern) => [...read(file).matchAll(new RegExp(pattern, "g"))].map(({ groups = {} }) => foundBy(manager, file, groups))),
    ),
  );
}

function isMatch(file: string, pattern: string): boolean {
  return pattern.startsWith("/") ? new RegExp(pattern.slice(1, -1)).test(file) : matchesGlob(file, pattern);
}

function foundBy(manager: CustomManager, file: string, groups: Readonly<Record<string, string | undefined>>): Found {
  const filled = (template?: string): string | undefined => template?.replace(/\{\{\{(\w+)\}\}\}/g, (_, group: string) => groups[group] ?? "");
  const name = groups.depName ?? manager.depNameTemplate ?? "";
  const path = filled(manager.packageNameTemplate);
  const from = groups.registryUrl ?? manager.registryUrlTemplate ?? (path?.endsWith(`/${name}`) === true ? `oci://${path.slice(0, -name.length - 1)}` : undefined);
  const version = [groups.currentValue, groups.currentDigest].filter((part) => part !== undefined).join("@");
  return { file, manager: "regex", name, version, datasource: groups.datasource ?? manager.datasourceTemplate ?? "", ...(from === undefined ? {} : { from }) };
}
