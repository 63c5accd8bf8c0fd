import { ArgumentError, parseBytes, refusal, refuseUnknown, type Bytes, type KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import type { ICluster, IDatabase } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1";
import type { IService } from "kubernetes-models/v1/Service";
import { checkId } from "./check.ts";
import { RESOURCES } from "./known.ts";
import { networkPolicy } from "./network-policy.ts";
import { BARMAN_PLUGIN, backupObjects, STORE, type ObjectStore } from "./postgres-backup.ts";
import { beginning, checkRecovery, RECOVERY, type Recovery } from "./postgres-recovery.ts";
import { isReason } from "./reason.ts";
import { requests } from "./resources.ts";
import { commonLabels, namespaceOf, type BackupClass, type Declaration, type RenderContext, type ServiceFacts, type ServiceId } from "./service.ts";

/** Arguments of one PostgreSQL database: a CloudNativePG cluster of its own, so that a restore touches nobody else. */
export interface PostgresArgs {
  /** Size of the volume. Growing it is done in place; shrinking is refused. */
  size: Bytes;
  /** How often a base backup is made, or the written reason why there is none. Between them the write-ahead log is archived all the time. */
  backup: BackupClass | { none: string };
  /** Operator that runs it, among the services. */
  operator: string;
  /** Needed for a backup. */
  store?: ObjectStore;
  /** Brings it back from its backups. A change makes a new cluster beside the one that is, and leads everybody there. @default it begins empty */
  recovery?: Recovery;
  purpose?: string;
  /** Name of the database and of its owner. Changing it makes a new, empty database. @default the service's name without `-db`, dashes as underscores */
  database?: string;
  /** Storage class of the volume. PostgreSQL replicates by itself where asked to: prefer one without copies. @default the site's */
  storageClass?: string;
  /** @default { cpu: "100m", memory: "256Mi" } */
  resources?: { cpu?: `${number}m` | `${number}`; memory?: Bytes; memoryLimit?: Bytes };
  /** Settings of PostgreSQL. Most need a restart of the database, which the operator does. @default none */
  parameters?: Readonly<Record<string, string>>;
}

const ARGS: Readonly<Record<keyof PostgresArgs, true>> = {
  size: true, backup: true, operator: true, store: true, recovery: true, purpose: true, database: true, storageClass: true, resources: true, parameters: true,
}; // prettier-ignore

const PORT = 5432;
/** The operator refuses more. */
const CLUSTER_NAME_MAX = 50;
/** The key whose value is the owner's password; whoever dials the database names it, too. */
export const POSTGRES_PASSWORD = "PASSWORD";

/** Declares one PostgreSQL database. Peers find it at `<name>.<namespace>.svc:5432`. */
export function postgresDatabase(args: PostgresArgs): Declaration {
  return {
    facts: (id) => postgresFacts(id, args),
    manifests: (id, context) => postgresManifests(id, args, context),
    override: (id, changes) => {
      const [field] = Object.keys(changes).filter((key) => key !== "enabled");
      if (field === undefined) return postgresDatabase(args);
      throw new ArgumentError("postgresDatabase", id.name, { path: field, problem: "cannot be set for a database", expected: "Set it in the declaration." });
    },
  };
}

/** Where peers find a database that is a service of this name, and what it and its owner are called unless its declaration says otherwise. */
export function postgresAddress(service: string, context: RenderContext): { host: string; port: number; database: string } {
  const { namespace } = context.service(service);
  return { host: `${service}.${namespace}.svc`, port: PORT, database: defaultDatabase(service) };
}

/** What every view reads of a database. */
function postgresFacts(id: ServiceId, args: PostgresArgs): ServiceFacts {
  const refuse = refusal("postgresDatabase", id.name);
  refuseUnknown(refuse, args, ARGS);
  refuseUnknown(refuse, args.store, STORE, "store");
  refuseUnknown(refuse, args.recovery, RECOVERY, "recovery");
  refuseUnknown(refuse, args.resources, RESOURCES, "resources");
  const layer = checkId(id, refuse);
  const { name, category } = id;
  const { cpu, memory } = requests({ cpu: "100m", memory: "256Mi", ...args.resources });
  if (!((parseBytes(args.size) ?? 0) > 0)) refuse("size", `"${args.size}" is not a size`, "Write it with a binary unit, such as 5Gi.");
  if (typeof args.backup === "object" && !isReason(args.backup.none)) refuse("backup.none", "has no reason", "Write down why the database needs no backup.");
  if (typeof args.backup === "string" && args.store === undefined) refuse("store", "is missing", "Say where the backups go, or why there are none.");
  if (args.recovery !== undefined && args.store === undefined) refuse("store", "is missing", "Say where the backups lie that recovery reads.");
  if (args.recovery !== undefined) checkRecovery(name, args.recovery, refuse);
  const { length } = clusterOf(id, args);
  if (length > CLUSTER_NAME_MAX) refuse("", `has a cluster's name of ${length} characters`, `Its operator takes at most ${CLUSTER_NAME_MAX}.`);
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(databaseOf(id, args))) refuse("database", `"${databaseOf(id, args)}" is not a name for a database`, "Use a-z, 0-9 and underscores, no digit first.");
  return {
    name,
    category,
    layer,
    namespace: namespaceOf(id),
    podSecurity: "restricted",
    purpose: args.purpose ?? `PostgreSQL database ${databaseOf(id, args)}.`,
    upstream: "https://www.postgresql.org/docs/",
    risks: [],
    images: [],
    ports: [{ name: "postgres", port: PORT }],
    podLabels: { "cnpg.io/cluster": clusterOf(id, args) },
    exposure: "internal",
    hostPorts: [],
    clusterKinds: [],
    secrets: [{ key: POSTGRES_PASSWORD, remote: `/${category}/${name}/${POSTGRES_PASSWORD}` }],
    volumes: [{ name: "data", size: args.size, backup: args.backup, ...(args.storageClass === undefined ? {} : { storageClass: args.storageClass }) }],
    needs: [args.operator, ...(args.store === undefined ? [] : [args.store.service])],
    talksTo: args.store === undefined ? [] : [args.store.service],
    managedBy: args.operator,
    relaxations: [],
    requests: { cpu, memory, replicas: 1 },
  };
}

/** The Kubernetes objects of a database. */
function postgresManifests(id: ServiceId, args: PostgresArgs, context: RenderContext): KubernetesObject[] {
  const facts = postgresFacts(id, args);
  const labels = commonLabels(facts);
  // Its instance manager keeps the cluster's state in the Kubernetes API.
  const reach = { internet: false, lan: false, api: true, webhooks: [], open: [] };
  return [
    ownerSecret(id, args, facts, context, labels),
    ...backupObjects(args, clusterOf(id, args), facts, context, labels),
    cluster(id, args, facts, context, labels),
    database(id, args, facts, labels),
    service(facts, labels),
    beforeCluster(networkPolicy(facts, context, reach, labels)),
  ].flat();
}

/** Where nothing is open by default, a cluster that came before its policy would wait for the API, and the policy for the cluster. */
function beforeCluster(policy: KubernetesObject): KubernetesObject {
  return { ...policy, metadata: { ...policy.metadata, annotations: { "argocd.argoproj.io/sync-wave": "-2" } } };
}

/** Secret of the database's owner, made before the cluster that takes its password from it. */
function ownerSecret(id: ServiceId, args: PostgresArgs, { name, namespace, secrets }: ServiceFacts, { site }: RenderContext, labels: Record<string, string>): KubernetesObject[] {
  const template = { username: databaseOf(id, args), password: `{{ .${POSTGRES_PASSWORD} }}` };
  return externalSecretManifests(ownerName(name), { namespace, store: site.secretStore.name, keys: secrets, type: "kubernetes.io/basic-auth", template, labels, wave: -2 });
}

function cluster(id: ServiceId, args: PostgresArgs, { name, namespace }: ServiceFacts, { site }: RenderContext, labels: Record<string, string>): KubernetesObject {
  const { cpu, memory, memoryLimit } = requests({ cpu: "100m", memory: "256Mi", ...args.resources });
  const object: ICluster = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: clusterOf(id, args), namespace, labels, annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false", "argocd.argoproj.io/sync-wave": "-1" } },
    spec: {
      instances: 1,
      enableSuperuserAccess: false,
      // With one instance it would stop every drain of its node for ever.
      enablePDB: false,
      storage: { size: args.size, storageClass: args.storageClass ?? site.storage.className },
      ...beginning(args.recovery, name, { database: databaseOf(id, args), owner: databaseOf(id, args), secret: { name: ownerName(name) } }),
      resources: { requests: { cpu, memory }, limits: { memory: memoryLimit } },
      ...(args.parameters === undefined ? {} : { postgresql: { parameters: { ...args.parameters } } }),
      ...(args.store === undefined ? {} : { plugins: [{ name: BARMAN_PLUGIN, isWALArchiver: true, parameters: { barmanObjectName: name } }] }),
    },
  };
  return object as unknown as KubernetesObject;
}

/** The database as an object of its own, so that what is in it can be told from the cluster it is in: which it never changes, and so has its name. */
function database(id: ServiceId, args: PostgresArgs, { namespace }: ServiceFacts, labels: Record<string, string>): KubernetesObject {
  const object: IDatabase = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Database",
    metadata: { name: clusterOf(id, args), namespace, labels, annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" } },
    // The data outlive the object that names them.
    spec: { cluster: { name: clusterOf(id, args) }, name: databaseOf(id, args), owner: databaseOf(id, args), databaseReclaimPolicy: "retain" },
  };
  return object as unknown as KubernetesObject;
}

/** One address, whichever cluster answers: the operator's own Services are named after their cluster. It moves on when the restored one is up. */
function service({ name, namespace, podLabels }: ServiceFacts, labels: Record<string, string>): KubernetesObject {
  const object: IService = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels, annotations: { "argocd.argoproj.io/sync-wave": "1" } },
    spec: { type: "ClusterIP", selector: { ...podLabels, "cnpg.io/instanceRole": "primary" }, ports: [{ name: "postgres", port: PORT, targetPort: PORT, protocol: "TCP" }] },
  };
  return object as unknown as KubernetesObject;
}

function databaseOf({ name }: ServiceId, { database = defaultDatabase(name) }: PostgresArgs): string {
  return database;
}

function defaultDatabase(service: string): string {
  return service.replace(/-db$/, "").replaceAll("-", "_");
}

/** The operator's cluster that holds the database now, and the name its backups lie under. */
function clusterOf({ name }: ServiceId, { recovery }: PostgresArgs): string {
  return recovery?.to ?? name;
}

function ownerName(name: string): string {
  return `${name}-owner`;
}
