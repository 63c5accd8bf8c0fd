import { schematicId } from "@rzp/talos/factory";
import { parse } from "yaml";
import { Refusal } from "../refusal.ts";
import { serve, type Answer, type Call, type StandIn, type StandInArgs } from "../server.ts";
import { services, type RpcCall } from "./calls.ts";
import type { ClusterSecrets } from "./kubeconfig.ts";
import { SCHEMATIC, unknownPart } from "./known-keys.ts";
import { nameOf, TalosNode, type Room, type TalosNodeArgs } from "./node.ts";
import { Trust } from "./trust.ts";

export interface TalosArgs extends StandInArgs {
  /** Version of the Talos that machines boot, unless they say another. @default "v1.13.0" */
  version?: string;
  /** Starts a cluster when etcd was started on its first control plane; gives the address of its API, which the kubeconfig will lead to. @default the address in the configuration */
  onBootstrap?: (cluster: ClusterSecrets) => Promise<{ endpoint: string }>;
}

/** All of Talos that there is in a lab: the image factory over HTTP, whose address and faults these are, and machines. */
export interface Talos extends StandIn {
  /** By address, with a port that is not the usual one. */
  nodes: ReadonlyMap<string, TalosNode>;
  /** Calls to machines; `calls` has those to the image factory. */
  rpcs: readonly RpcCall[];
  /** Switches a machine on. One that was there before has what is on its disks, a new one waits for its first configuration. */
  boot: (args: TalosNodeArgs) => Promise<TalosNode>;
  /** Takes a machine away, with its disks; one that is booted at that address afterwards is new. */
  remove: (name: string) => Promise<void>;
}

/** Talos on the loopback. Faults are given for machines by path, as `POST /machine.MachineService/Bootstrap`, and for the image factory as `POST /schematics`. */
export async function startTalos({ version = "v1.13.0", onBootstrap = ({ endpoint }) => Promise.resolve({ endpoint }), ...args }: TalosArgs = {}): Promise<Talos> {
  const rpcs: RpcCall[] = [];
  const nodes = new Map<string, TalosNode>();
  const factory = await serve(
    {
      name: "talos",
      base: "",
      routes: [
        { method: "POST", path: "/schematics", handle: makeSchematic },
        { method: "GET", path: "/versions", handle: () => ({ body: [version] }) },
      ],
      unknown: ({ path }) => new Refusal(404, `404 page not found: ${path}`),
      authenticate: () => undefined,
      refuse: ({ status, message }) => ({ status, body: message }),
      faults: {
        "shutting-down": { on: "POST /machine.MachineService/**", status: 503, message: "node is shutting down" },
        "not-ready": { on: "POST /machine.MachineService/Bootstrap", status: 412, message: "bootstrap is not available yet" },
        "apply-fails": { on: "POST /machine.MachineService/ApplyConfiguration", task: "rpc error: code = Internal desc = boom" },
        "factory-down": { on: "POST /schematics", status: 503 },
      },
      save: () => undefined,
    },
    args,
  );
  const room: Room = {
    trust: new Trust(),
    nodes,
    clusters: new Map(),
    startCluster: async (secrets) => (await onBootstrap(secrets)).endpoint,
    services: (node) => services(node, { faults: factory.faults, log: rpcs, nodes }),
    folder: args.folder,
    version,
  };
  const boot = async (node: TalosNodeArgs): Promise<TalosNode> => {
    const machine = nodes.get(nameOf(node)) ?? new TalosNode(node, room);
    nodes.set(nameOf(node), machine);
    await machine.boot();
    return machine;
  };
  const remove = async (name: string): Promise<void> => {
    await nodes.get(name)?.remove();
    nodes.delete(name);
  };
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(nodes.values(), (node) => node.powerOff()));
    await factory.close();
  };
  return { ...factory, nodes, rpcs, boot, remove, close };
}

/** The same description has the same id, everywhere and for ever. */
function makeSchematic({ body }: Call): Answer {
  const text = typeof body === "string" ? body : "";
  const schematic: unknown = parse(text);
  const unknown = unknownPart(schematic, SCHEMATIC);
  if (typeof schematic !== "object" || unknown !== undefined) throw new Refusal(400, `invalid schematic: ${unknown === undefined ? "it is no mapping" : `unknown fields ${JSON.stringify(unknown)}`}`);
  return { status: 201, body: { id: schematicId(text) } };
}
