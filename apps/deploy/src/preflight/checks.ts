import { addressProblems } from "./addresses.ts";
import { judged, type Check, type Problem, type Verb } from "./check.ts";
import { nameProblems } from "./cloudflare.ts";
import { factoryProblems, revisionProblems, versionProblems } from "./elsewhere.ts";
import { missingSecrets } from "./infisical.ts";
import { machineProblems, shrinkingDisks } from "./machines.ts";
import { hostProblems, missingRights, neededRights, storageProblems } from "./places.ts";
import { isStarted } from "./reads.ts";
import { failedRuns, pendingOperations, shortList } from "./state.ts";
import { talosProblems } from "./talos.ts";

const MAKING: readonly Verb[] = ["preview", "up"];
const CHANGING: readonly Verb[] = [...MAKING, "destroy"];
const ALL: readonly Verb[] = [...CHANGING, "refresh"];
const nothing = (): readonly Problem[] => [];

/** The table of checks, in the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  {
    name: "proxmox",
    holds: "answers, the token works, and it sees every image and machine that the state knows",
    before: ALL,
    // A refresh that is refused, or that does not see something, drops it from the state.
    dangerous: true,
    problems: judged(async ({ name, wanted, ...read }) => {
      const [version, nodes, hidden] = await Promise.all([read.version(), read.nodes(), read.hidden(), read.images()]);
      return { version, nodes, wanted: [...new Set(wanted.machines.map(({ node }) => node))], hidden, stack: name };
    }, hostProblems),
  },
  {
    name: "rights",
    holds: "the Proxmox token may do what is needed",
    before: MAKING,
    problems: judged(async ({ wanted, stack, permissions }) => ({ needed: neededRights(wanted, bridgesOf(stack.proxmox.hosts)), permissions: await permissions() }), missingRights),
  },
  { name: "cloudflare", holds: "answers, and the token reads the zone's records and the account's tunnels", before: ALL, problems: judged(async ({ records, tunnels }) => Promise.all([records(), tunnels()]), nothing) },
  { name: "infisical", holds: "answers, and the cluster's identity may read", before: MAKING, problems: judged(({ present }) => present(), nothing) },
  { name: "git", holds: "Argo CD's reader sees the repository and its revision", before: MAKING, problems: judged(async ({ refs, stack, name }) => ({ refs: await refs(), revision: stack.git.revision, stack: name }), revisionProblems) },
  { name: "factory", holds: "the image factory answers, and makes this Talos", before: MAKING, problems: judged(async ({ factory, stack, name }) => ({ versions: await factory(), talos: stack.cluster.talos, stack: name }), factoryProblems) },
  { name: "cluster", holds: "the Kubernetes API is ready, if there is one yet", before: MAKING, problems: judged(({ running }) => running(), nothing) },
  { name: "talos", holds: "every machine that was configured answers, and still is", before: MAKING, problems: judged(async ({ talos, name }) => ({ machines: await talos(), stack: name }), talosProblems) },
  { name: "state", holds: "the engine's state can be read", before: CHANGING, problems: judged(({ state }) => state(), nothing) },
  { name: "pending", holds: "no run was killed in the middle", before: CHANGING, dangerous: true, problems: judged(async ({ state, name }) => ({ state: await state(), stack: name }), pendingOperations) },
  {
    name: "last-run",
    holds: "no run failed since the last refresh",
    before: MAKING,
    dangerous: true,
    problems: judged(async ({ state, history, name }) => ({ state: await state(), history: await history(), stack: name }), failedRuns),
  },
  {
    name: "machines",
    holds: "every machine's id, name and MAC address is free or ours",
    before: CHANGING,
    dangerous: true,
    problems: judged(async ({ wanted, stateIfKnown, machines, name }) => ({ wanted: wanted.machines, state: await stateIfKnown(), actual: await machines(), stack: name }), machineProblems),
  },
  { name: "disks", holds: "no disk gets smaller", before: MAKING, dangerous: true, problems: judged(async ({ wanted, machines, name }) => ({ wanted: wanted.machines, actual: await machines(), stack: name }), shrinkingDisks) },
  {
    name: "addresses",
    holds: "nobody else has an address that is ours",
    before: MAKING,
    problems: judged(async ({ fixed, stateIfKnown, machines, answering, name }) => {
      const [live, actual, state] = await Promise.all([answering(fixed.map(({ address }) => address)), machines(), stateIfKnown()]);
      return { fixed, state, started: isStarted(state), actual, answering: live, stack: name };
    }, addressProblems),
  },
  {
    name: "names",
    holds: "every DNS name and the tunnel's name is free or ours",
    before: MAKING,
    problems: judged(async ({ wanted, stateIfKnown, records, tunnels, name }) => ({ wanted, state: await stateIfKnown(), records: await records(), tunnels: await tunnels(), stack: name }), nameProblems),
  },
  {
    name: "storage",
    holds: "every storage takes what is put on it, and has room",
    before: MAKING,
    problems: judged(async ({ wanted, stateIfKnown, machines, storages }) => ({ wanted, state: await stateIfKnown(), actual: await machines(), storages: await storages() }), storageProblems),
  },
  {
    name: "versions",
    holds: "Talos and Kubernetes fit what runs",
    before: MAKING,
    problems: judged(async ({ stack, running, name }) => ({ wanted: stack.cluster, running: await running(), stack: name }), versionProblems),
  },
  { name: "tree", holds: "the tree is what the declarations say", before: MAKING, problems: judged(({ tree }) => Promise.resolve(tree()), staleTree) },
  { name: "secrets", holds: "every secret that a service reads is in Infisical", before: MAKING, problems: judged(async ({ keys, present }) => ({ read: keys, present: await present() }), missingSecrets) },
];

/** Bridges as Proxmox writes them in a path; a tagged one has its tag below. */
function bridgesOf(hosts: Readonly<Record<string, { bridge: string; vlan?: number | undefined }>>): string[] {
  return Object.values(hosts).map(({ bridge, vlan }) => (vlan === undefined ? bridge : `${bridge}/${vlan}`));
}

function staleTree(files: readonly string[]): Problem[] {
  if (files.length === 0) return [];
  return [{ problem: `${files.length === 1 ? "A file of the tree differs" : `${files.length} files of the tree differ`} from the declarations: ${shortList(files)}.`, remedy: "./rzp render, commit and push: Argo CD reads what is pushed." }];
}
