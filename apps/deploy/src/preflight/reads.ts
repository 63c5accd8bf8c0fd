import type { Recording } from "@rzp/plan";
import type { RUNTIME_SECRETS, Stack } from "../config.ts";
import { answering, type FixedAddress } from "./addresses.ts";
import { Unread } from "./check.ts";
import { CloudflareReads, type ActualRecord, type ActualTunnel } from "./cloudflare.ts";
import { factoryVersions, gitRefs, runningNodes, type RunningNode } from "./elsewhere.ts";
import { folderOf, readableKeys, type ReadKey } from "./infisical.ts";
import { ProxmoxReads, type ActualMachine, type Permissions, type ProxmoxNode, type Storages } from "./proxmox.ts";
import { PulumiReads } from "./pulumi.ts";
import type { EngineState, History } from "./state.ts";
import { talosMachines, type TalosMachine } from "./talos.ts";
import { TYPES, wantedOf, type Wanted } from "./wanted.ts";

/** What checks are run on. */
export interface Situation {
  name: string;
  stack: Stack;
  recording: Recording;
  /** Keys of the store that services read. */
  keys: readonly ReadKey[];
  /** Addresses of load balancers. */
  balanced: readonly FixedAddress[];
  /** Files of the tree that are not what the declarations say. */
  tree: () => readonly string[];
  /** With the tokens in it. */
  environment: NodeJS.ProcessEnv;
  /** Where Talos' image factory is, when not at Talos. */
  factory?: string | undefined;
}

type Read<T> = () => Promise<T>;

/** Everything that checks may read. Each thing is read at most once, however many of them need it, and not at all if none does. */
export interface Reads extends Pick<Situation, "name" | "stack" | "keys" | "tree"> {
  wanted: Wanted;
  fixed: readonly FixedAddress[];
  state: Read<EngineState>;
  /** Undefined where this machine has no pulumi. */
  stateIfKnown: Read<EngineState | undefined>;
  history: Read<History>;
  version: Read<string>;
  nodes: Read<readonly ProxmoxNode[]>;
  permissions: Read<Permissions>;
  machines: Read<readonly ActualMachine[]>;
  /** Numbers of ours that are taken, although the token sees no such machine. */
  hidden: Read<readonly number[]>;
  /** Each image's list of files, read as a refresh will. */
  images: Read<unknown>;
  /** By host. */
  storages: Read<Readonly<Record<string, Storages>>>;
  records: Read<readonly ActualRecord[]>;
  /** Those that there are, and those that the state knows, deleted or not. */
  tunnels: Read<readonly ActualTunnel[]>;
  answering: (addresses: readonly string[]) => Promise<readonly string[]>;
  /** Branches and tags. */
  refs: Read<readonly string[]>;
  /** Talos versions that the image factory makes. */
  factory: Read<readonly string[]>;
  /** Keys that the cluster's identity can read, by folder. */
  present: Read<ReadonlyMap<string, readonly string[]>>;
  /** Machines that were configured, and whether their Talos is there. */
  talos: Read<readonly TalosMachine[]>;
  /** Nodes of the cluster, once it was started; none before. */
  running: Read<readonly RunningNode[]>;
}

export function readsOf({ name, stack, recording, keys, balanced, tree, environment, factory }: Situation): Reads {
  const wanted = wantedOf(recording);
  const secret = (check: string, key: (typeof RUNTIME_SECRETS)[number]): string => {
    const value = environment[key] ?? "";
    if (value === "") throw new Unread(check, `${key} is not set.`, "Run under Infisical (INFISICAL_CLIENT_ID, INFISICAL_CLIENT_SECRET; see bootstrap/argocd/README.md), or set it.");
    return value;
  };

  const pulumi = new PulumiReads(name, environment);
  const state = once(() => pulumi.state());
  const stateIfKnown = once((): Promise<EngineState | undefined> => state().catch((error: unknown) => {
    if (error instanceof Unread && error.unsure) return undefined;
    throw error;
  }));
  const proxmox = once(async () => Promise.resolve(new ProxmoxReads(stack.proxmox, secret("proxmox", "PROXMOX_VE_API_TOKEN"))));
  const machines = once(async () => (await proxmox()).machines());
  const cloudflare = once(async () => Promise.resolve(new CloudflareReads(wanted.cloudflareUrl, secret("cloudflare", "CLOUDFLARE_API_TOKEN"), stack.cloudflare)));

  return {
    name,
    stack,
    wanted,
    keys,
    tree,
    fixed: [...wanted.machines.flatMap((machine): FixedAddress[] => (machine.address === undefined ? [] : [{ address: machine.address, of: machine.name, machine }])), { address: stack.network.vip, of: "the Kubernetes API" }, ...balanced],
    state,
    stateIfKnown,
    history: once(() => pulumi.history()),
    version: once(async () => (await proxmox()).version()),
    nodes: once(async () => (await proxmox()).nodes()),
    permissions: once(async () => (await proxmox()).permissions()),
    machines,
    hidden: once(async () => {
      const [client, seen, known] = [await proxmox(), new Set((await machines()).map(({ vmId }) => vmId)), await stateIfKnown()];
      const unseen = [...new Set([...wanted.machines, ...(known?.machines ?? [])].map(({ vmId }) => vmId))].filter((vmId) => !seen.has(vmId));
      const free = await Promise.all(unseen.map((vmId) => client.isFree(vmId)));
      return unseen.filter((_, index) => free[index] === false);
    }),
    images: once(async () => {
      const [client, known] = [await proxmox(), await stateIfKnown()];
      const places = new Map([...wanted.images, ...(known?.images ?? [])].map(({ node, datastore }) => [`${node} ${datastore}`, { node, datastore }]));
      return Promise.all(Array.from(places.values(), ({ node, datastore }) => client.images(node, datastore)));
    }),
    storages: once(async (): Promise<Record<string, Storages>> => {
      const hosts = [...new Set([...wanted.machines, ...wanted.images].map(({ node }) => node))];
      return Object.fromEntries(await Promise.all(hosts.map(async (host) => [host, await (await proxmox()).storages(host)] as const)));
    }),
    records: once(async () => (await cloudflare()).records()),
    tunnels: once(async (): Promise<readonly ActualTunnel[]> => {
      const [client, known] = [await cloudflare(), await stateIfKnown()];
      const ids = (known?.resources ?? []).flatMap(({ type, id }) => (type === TYPES.tunnel && id !== "" ? [id] : []));
      const ours = await Promise.all(ids.map((id) => client.tunnel(id)));
      return [...(await client.tunnels()), ...ours.flatMap((tunnel) => tunnel ?? [])];
    }),
    answering,
    refs: once(async () => gitRefs({ repoURL: stack.git.repoURL, username: secret("git", "GIT_USERNAME"), token: secret("git", "GIT_TOKEN") })),
    factory: once(() => factoryVersions(factory)),
    present: once(async () => {
      const identity = { clientId: secret("infisical", "ESO_INFISICAL_CLIENT_ID"), clientSecret: secret("infisical", "ESO_INFISICAL_CLIENT_SECRET") };
      return readableKeys(stack.infisical, identity, [...new Set(keys.map(({ remote }) => folderOf(remote)))]);
    }),
    talos: once(async () => talosMachines(await state())),
    running: once(async (): Promise<readonly RunningNode[]> => (isStarted(await state()) ? runningNodes(await pulumi.kubeconfig()) : [])),
  };
}

/** The cluster is up, as far as the state knows. */
export function isStarted(state: EngineState | undefined): boolean {
  return state?.resources.some(({ type }) => type === TYPES.kubeconfig) === true;
}

/** What is asked for again is the same answer, an error included. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}
