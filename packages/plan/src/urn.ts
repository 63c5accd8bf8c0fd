/** Names as the engine makes them. */

const STACK_TYPE = "pulumi:pulumi:Stack";

/** `urn:pulumi:<stack>::<project>::<parent types joined by $>$<type>::<name>`; a stack is nobody's prefix. */
export function makeUrn(stack: string, project: string, parentUrn: string | undefined, type: string, name: string): string {
  const parentType = parentUrn === undefined ? undefined : qualifiedType(parentUrn);
  const prefix = parentType === undefined || parentType === STACK_TYPE ? "" : `${parentType}$`;
  return `urn:pulumi:${stack}::${project}::${prefix}${type}::${name}`;
}

function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function urnType(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

/** The name may contain `::` itself. */
export function urnName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The package a type belongs to: `kubernetes` of `kubernetes:core/v1:Secret`, `talos` of `pulumi:providers:talos`. */
export function packageOf(type: string): string {
  const [first = "", , third = ""] = type.split(":");
  return type.startsWith("pulumi:providers:") ? third : first;
}

export function isProvider(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

/** An alias as the SDK sends it: a URN, or what differs from the resource itself. */
export type AliasSpec = string | { name?: string; type?: string; stack?: string; project?: string; parentUrn?: string; noParent?: boolean };

/**
 * The URNs a resource was known by: its own aliases, and those it has because a parent was known by another name.
 * @param parentAliases URNs of the parent's aliases
 */
export function resolveAliases(
  resource: { stack: string; project: string; parentUrn: string | undefined; type: string; name: string },
  specs: readonly AliasSpec[],
  parentAliases: readonly string[],
): string[] {
  const { stack, project, parentUrn, type, name } = resource;
  const own = specs.map((spec) => {
    if (typeof spec === "string") return spec;
    const parent = spec.noParent === true ? undefined : (spec.parentUrn ?? parentUrn);
    return makeUrn(spec.stack ?? stack, spec.project ?? project, parent, spec.type ?? type, spec.name ?? name);
  });
  const parentName = parentUrn === undefined ? "" : urnName(parentUrn);
  const inherited = parentAliases.flatMap((parentAlias) =>
    [{ type, name }, ...own.map((alias) => ({ type: urnType(alias), name: urnName(alias) }))].map((child) => {
      // A child named after its parent was named after the parent's former name, as the engine assumes.
      const formerName = child.name.startsWith(parentName) ? urnName(parentAlias) + child.name.slice(parentName.length) : child.name;
      return makeUrn(stack, project, parentAlias, child.type, formerName);
    }),
  );
  return [...new Set([...own, ...inherited])];
}

/** Name of the provider that the engine makes for resources that name none: one a package and version. */
export function defaultProviderName(version: string, downloadUrl: string): string {
  return ["default", ...(version === "" ? [] : [version.replace(/^v/, "").replaceAll(/[^0-9A-Za-z]/g, "_")]), ...(downloadUrl === "" ? [] : [downloadUrl])].join("_");
}
