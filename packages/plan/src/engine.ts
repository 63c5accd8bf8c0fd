import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { ProviderUse, RecordedResource } from "./recording.ts";
import { decodeFields, UNKNOWN_SENTINEL, type RecordedValue } from "./values.ts";
import { defaultProviderName, isProvider, makeUrn, packageOf, resolveAliases, urnName, urnType, type AliasSpec } from "./urn.ts";

/** What ends a deployment in the engine, too. */
export class EngineError extends Error {}

/** A package that the program registered with parameters, by the reference that the SDK then uses. */
export interface PackageReference {
  name: string;
  version: string;
}

/** What the engine knows of a deployment while the program runs: who registered what, and what follows from it. */
export class Deployment {
  readonly stack: string;
  readonly project: string;
  readonly resources = new Map<string, RecordedResource>();
  readonly packages = new Map<string, PackageReference>();

  constructor(stack: string, project: string) {
    this.stack = stack;
    this.project = project;
  }

  register(request: RegisterResourceRequest): RecordedResource {
    const type = request.getType();
    const name = request.getName();
    if (request.getRemote()) throw new EngineError(`${type} "${name}" is a component that its provider's plugin makes; the recording monitor runs no plugins, only the real engine does.`);
    const parent = this.#parent(request.getParent());
    const timeouts: Record<string, string> = { ...request.getCustomtimeouts()?.toObject() };
    return this.#add({
      urn: makeUrn(this.stack, this.project, parent?.urn, type, name),
      type,
      name,
      parent: parent?.urn,
      custom: request.getCustom(),
      read: false,
      provider: request.getCustom() ? this.#provider(request) : undefined,
      providers: Object.fromEntries(entriesOf(request.getProvidersMap(), splitReference)),
      inputs: fieldsOf(request.getObject()),
      outputs: undefined,
      dependencies: request.getDependenciesList().toSorted(),
      propertyDependencies: propertyDependencies(request),
      // A component's word holds for its children unless they have their own.
      protect: request.hasProtect() ? request.getProtect() === true : (parent?.protect ?? false),
      retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() === true : (parent?.retainOnDelete ?? false),
      deletedWith: request.getDeletedwith() || parent?.deletedWith,
      replaceWith: request.getReplaceWithList().toSorted(),
      aliases: resolveAliases({ stack: this.stack, project: this.project, parentUrn: parent?.urn, type, name }, aliasSpecs(request), parent?.aliases ?? []),
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      hideDiffs: request.getHidediffsList(),
      customTimeouts: Object.fromEntries(Object.entries(timeouts).filter(([, value]) => value !== "")),
      version: request.getVersion() || (this.packages.get(request.getPackageref())?.version ?? ""),
      pluginDownloadUrl: request.getPlugindownloadurl(),
      importId: request.getImportid() || undefined,
    });
  }

  read(request: ReadResourceRequest): RecordedResource {
    const type = request.getType();
    const name = request.getName();
    const parent = this.#parent(request.getParent());
    return this.#add({
      urn: makeUrn(this.stack, this.project, parent?.urn, type, name),
      type,
      name,
      parent: parent?.urn,
      custom: true,
      read: true,
      provider: this.#provider(request),
      providers: {},
      inputs: fieldsOf(request.getProperties()),
      outputs: undefined,
      dependencies: request.getDependenciesList().toSorted(),
      propertyDependencies: {},
      protect: false,
      retainOnDelete: false,
      deletedWith: undefined,
      replaceWith: [],
      aliases: [],
      ignoreChanges: [],
      replaceOnChanges: [],
      deleteBeforeReplace: undefined,
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      hideDiffs: [],
      customTimeouts: {},
      version: request.getVersion(),
      pluginDownloadUrl: request.getPlugindownloadurl(),
      importId: request.getId() === UNKNOWN_SENTINEL ? "[unknown]" : request.getId(),
    });
  }

  #add(resource: RecordedResource): RecordedResource {
    if (this.resources.has(resource.urn)) throw new EngineError(`Duplicate resource URN '${resource.urn}'; try giving it a unique name`);
    this.resources.set(resource.urn, resource);
    return resource;
  }

  #parent(urn: string): RecordedResource | undefined {
    if (urn === "") return undefined;
    const parent = this.resources.get(urn);
    if (parent === undefined) throw new EngineError(`could not find parent resource '${urn}'`);
    return parent;
  }

  #provider(request: RegisterResourceRequest | ReadResourceRequest): ProviderUse | undefined {
    const type = request.getType();
    if (isProvider(type) || type.startsWith("pulumi:pulumi:")) return undefined;
    const reference = request.getProvider();
    const parameterized = this.packages.get(request.getPackageref());
    if (reference !== "") {
      const urn = splitReference(reference);
      return { package: packageOf(urnType(urn)), urn, name: urnName(urn), version: this.resources.get(urn)?.version ?? "", default: false };
    }
    const version = request.getVersion() || (parameterized?.version ?? "");
    const providerPackage = parameterized?.name ?? packageOf(type);
    const name = defaultProviderName(version, request.getPlugindownloadurl());
    return { package: providerPackage, urn: makeUrn(this.stack, this.project, undefined, `pulumi:providers:${providerPackage}`, name), name, version, default: true };
  }
}

export function fieldsOf(struct: Struct | undefined): Record<string, RecordedValue> {
  return decodeFields(struct?.toJavaScript() ?? {});
}

// A provider reference is `<urn>::<id>`; the id of one that is yet to be made is the unknown.
function splitReference(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("::"));
}

function propertyDependencies(request: RegisterResourceRequest): Record<string, string[]> {
  const entries = entriesOf(request.getPropertydependenciesMap(), (value) => value.getUrnsList().toSorted());
  return Object.fromEntries(entries.filter(([, urns]) => urns.length > 0));
}

function entriesOf<V, T>(map: { forEach(visit: (value: V, key: string) => void): void }, convert: (value: V) => T): [string, T][] {
  const entries: [string, T][] = [];
  map.forEach((value, key) => entries.push([key, convert(value)]));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function aliasSpecs(request: RegisterResourceRequest): AliasSpec[] {
  const specs = request.getAliasesList().map((alias): AliasSpec => {
    const spec = alias.getSpec();
    if (spec === undefined) return alias.getUrn();
    const fields = { name: spec.getName(), type: spec.getType(), stack: spec.getStack(), project: spec.getProject(), parentUrn: spec.getParenturn(), noParent: spec.getNoparent() };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== false));
  });
  return [...request.getAliasurnsList(), ...specs];
}
