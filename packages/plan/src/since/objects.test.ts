import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compareObjects, type TreeObject } from "./objects.ts";

const CRDS = join(import.meta.dirname, "../../../../../shared/crds/cloudnative-pg");
const why = existsSync(CRDS) ? "" : " (skipped: the CRDs of CloudNativePG are not here)";

interface Schema {
  properties?: Readonly<Record<string, Schema>>;
  "x-kubernetes-validations"?: readonly { rule: string }[];
}

/** Fields of the spec of which the CRD says that they stay as they were. */
function immutableFields(plural: string): string[] {
  const { spec } = parse(readFileSync(join(CRDS, `postgresql.cnpg.io_${plural}.yaml`), "utf8")) as { spec: { versions: readonly { schema: { openAPIV3Schema: Schema } }[] } };
  const fields = spec.versions.flatMap(({ schema }) => Object.entries(schema.openAPIV3Schema.properties?.spec?.properties ?? {}));
  return fields.flatMap(([name, field]) => ((field["x-kubernetes-validations"] ?? []).some(({ rule }) => rule === "self == oldSelf") ? [name] : []));
}

describe.skipIf(why !== "")(`what a database's CRD lets nobody change${why}`, () => {
  it.each([["Cluster", "clusters"], ["Database", "databases"], ["ScheduledBackup", "scheduledbackups"]])("is known of a %s", (kind, plural) => {
    const fields = immutableFields(plural);
    expect(fields).not.toEqual([]);
    const object = (field: string, value: string): TreeObject => ({ file: "a.yaml", object: { apiVersion: "postgresql.cnpg.io/v1", kind, metadata: { name: "a", namespace: "a" }, spec: { [field]: value } } });
    expect(fields.filter((field) => compareObjects([object(field, "a")], [object(field, "b")])[0]?.effect.severity !== "refused")).toEqual([]);
  });
});
