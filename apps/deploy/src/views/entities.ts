/** Services -> the catalogue that Backstage reads. Like every view a pure function of what is declared; it lives in Backstage's own folder. */
import { hostOf, type RenderContext, type ServiceFacts } from "@rzp/workload/manifests";
import { stringify } from "yaml";
import { isView } from "../view.ts";

/** Who owns everything here, and may sign in. */
const OWNERS = "homelab";

/** One thing of the catalogue, as Backstage writes it down. */
export interface Entity {
  apiVersion: "backstage.io/v1alpha1";
  kind: "Component" | "Domain" | "Group" | "Resource" | "System" | "User";
  metadata: { name: string; description?: string; links?: { url: string; title: string }[] };
  spec: Readonly<Record<string, unknown>>;
}

/** Kinds that the catalogue takes from this file. */
export const ENTITY_KINDS: readonly Entity["kind"][] = ["Component", "Domain", "Group", "Resource", "System", "User"];

/** The file itself, a document an entity. */
export function entitiesFile(context: RenderContext): string {
  return entities(context)
    .map((entity) => stringify(entity))
    .join("---\n");
}

/** A component or a database for every service, in a system a folder and a domain a layer; and the one who may sign in. */
function entities(context: RenderContext): Entity[] {
  const { services, site } = context;
  const layers = new Set(services.map(({ layer }) => layer));
  const folders = new Map(services.map(({ category, layer }) => [category, layer]));
  return [
    entity("Group", { name: OWNERS }, { type: "team", children: [] }),
    // Whoever else may sign in is one more of these.
    entity("User", { name: "owner" }, { profile: { email: site.certificates.email }, memberOf: [OWNERS] }),
    ...[...layers].map((layer) => entity("Domain", { name: layer }, { owner: OWNERS })),
    ...[...folders].map(([category, layer]) => entity("System", { name: systemOf(category) }, { owner: OWNERS, domain: layer })),
    ...services.map((facts) => part(facts, context)),
  ];
}

function part(facts: ServiceFacts, context: RenderContext): Entity {
  const { name, category, purpose = "", upstream, talksTo, needs } = facts;
  const host = hostOf(facts, context.site);
  const links = [...(host === undefined ? [] : [{ url: `https://${host}`, title: name }]), ...(upstream === undefined ? [] : [{ url: upstream, title: "Documentation" }])];
  const dependsOn = [...new Set([...talksTo, ...needs])].sort().map((peer) => `${kindOf(context.service(peer)).toLowerCase()}:${peer}`);
  const common = { owner: OWNERS, system: systemOf(category), dependsOn };
  const metadata = { name, description: purpose, ...(links.length === 0 ? {} : { links }) };
  if (kindOf(facts) === "Resource") return entity("Resource", metadata, { ...common, type: "database" });
  return entity("Component", metadata, { ...common, type: isView(facts) ? "configuration" : "service", lifecycle: "production" });
}

/** What an operator runs is a database. */
function kindOf({ managedBy }: ServiceFacts): "Component" | "Resource" {
  return managedBy === undefined ? "Component" : "Resource";
}

function systemOf(category: string): string {
  return category.replaceAll("/", "-");
}

function entity(kind: Entity["kind"], metadata: Entity["metadata"], spec: Entity["spec"]): Entity {
  return { apiVersion: "backstage.io/v1alpha1", kind, metadata, spec };
}
