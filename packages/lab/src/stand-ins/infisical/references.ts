import type { Project } from "./state.ts";

/** How deep a reference may lead on to another before Infisical gives up. */
const DEPTH = 10;

/** Puts values in the place of references: `${KEY}` of the same folder, `${environment.folder.KEY}` of another. What leads nowhere stays as it is written. */
export function expand(project: Project, environment: string, path: string, value: string, depth = 0): string {
  if (depth === DEPTH) return value;
  return value.replaceAll(/\$\{([-.\w]+)\}/g, (whole, reference: string) => {
    const parts = reference.split(".");
    const key = parts.pop() ?? "";
    const [otherEnvironment = environment, ...folders] = parts;
    const folder = parts.length === 0 ? path : `/${folders.join("/")}`;
    const found = project.environments[otherEnvironment]?.[folder]?.[key];
    return found === undefined ? whole : expand(project, otherEnvironment, folder, found.value, depth + 1);
  });
}
