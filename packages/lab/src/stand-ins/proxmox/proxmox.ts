import type { HTTPMethod } from "find-my-way";
import { makeAuthority } from "../../certificates.ts";
import type { Fault } from "../faults.ts";
import { Refusal } from "../refusal.ts";
import { serve, type Answer, type Call, type Route, type StandIn, type StandInArgs } from "../server.ts";
import { State } from "../state.ts";
import { Access, type LabToken, type LabUser } from "./access.ts";
import { callsOf } from "./calls.ts";
import { PARAMETERS } from "./parameters.ts";
import { powerOn } from "./power.ts";
import { problemsOf } from "./validate.ts";
import type { Parameters } from "./words.ts";
import { emptyCluster, hostOf, type Cluster, type Hooks, type LabHost, type Remote, type World } from "./world.ts";

export interface ProxmoxArgs extends StandInArgs, Hooks {
  /** @default one, `pve1` */
  hosts?: readonly LabHost[];
  /** @default `root@pam!lab` with `LAB_SECRET` */
  tokens?: readonly LabToken[];
  /** @default `root@pam` with the password `lab` */
  users?: readonly LabUser[];
  /** What is found at an address of the internet; nothing is really got. @default 1.3 GB at every address */
  remote?: (url: string) => Remote | undefined;
  /** What is there at the first start. @default nothing */
  cluster?: Partial<Cluster>;
}

export interface Proxmox extends StandIn {
  /** What is there now. */
  cluster: Cluster;
  /** Certificate of the authority that signed the server's, PEM. */
  authority: string;
}

export const LAB_SECRET = "00000000-0000-4000-8000-000000000000";

const FAULTS: Readonly<Record<string, Fault>> = {
  "token-expired": { status: 401, message: "invalid token value!\n" },
  "disk-full": { on: "POST /nodes/*/qemu", task: "unable to create VM - lvcreate failed: insufficient free space" },
  "id-taken": { on: "POST /nodes/*/qemu", status: 500, message: "unable to create VM - VM already exists on node 'pve1'\n" },
  "start-fails": { on: "POST /nodes/*/qemu/*/status/start", task: "start failed: org.freedesktop.systemd1 timeout" },
  "download-fails": { on: "POST /nodes/*/storage/*/download-url", task: "download failed: 404 Not Found" },
  "lock-timeout": { on: "PUT /nodes/*/qemu/*/config", status: 500, message: "can not modify VM: lock timeout\n" },
};

/** A Proxmox VE cluster that is not there. Machines that it starts are told to `onBoot`, and whoever listens may play them. */
export async function startProxmox({ hosts = [{ name: "pve1" }], tokens = [{ id: "root@pam!lab", secret: LAB_SECRET }], users = [{ name: "root@pam", password: "lab" }], remote = () => ({ size: 1_300_000_000 }), cluster = {}, onBoot, onStop, onDelete, ...args }: ProxmoxArgs = {}): Promise<Proxmox> {
  const state = new State<Cluster>(args.folder, "proxmox", { ...emptyCluster(), ...cluster });
  const access = new Access(tokens, users);
  const hooks = { ...(onBoot === undefined ? {} : { onBoot }), ...(onStop === undefined ? {} : { onStop }), ...(onDelete === undefined ? {} : { onDelete }) };
  const world: World = { hosts: hosts.map(hostOf), cluster: state.value, hooks, guests: new Map(), remote, now: () => Math.floor(Date.now() / 1000) };
  await bootAgain(world);
  const authority = await makeAuthority("Proxmox VE of the lab");
  const vendor = {
    name: "proxmox",
    base: "/api2/json",
    routes: routesOf(world, access),
    unknown: ({ method, path }: Call) => new Refusal(501, `Method '${method} ${path.replace("/api2/json", "")}' not implemented`),
    authenticate: (call: Call) => {
      access.callerOf(call);
    },
    refuse,
    faults: FAULTS,
    save: () => {
      state.save();
    },
  };
  const standIn = await serve(vendor, { ...args, identity: await authority.server("pve", ["localhost", args.host ?? "127.0.0.1"]) });
  return { ...standIn, cluster: state.value, authority: authority.certificate };
}

/** Machines that ran when the state was kept run again. */
async function bootAgain(world: World): Promise<void> {
  for (const vm of Object.values(world.cluster.vms)) {
    if (vm.running === undefined) continue;
    delete vm.running;
    await powerOn(world, vm);
  }
}

function routesOf(world: World, access: Access): Route[] {
  const parameters: Record<string, Parameters> = PARAMETERS;
  return Object.entries(callsOf(access)).map(([call, [handler, ...privileges]]) => {
    const [method = "", path = ""] = call.split(" ");
    const open = path === "/access/ticket";
    const handle = async (sent: Call): Promise<Answer> => {
      const { params, query, body, failTask } = sent;
      const args = { ...texts(query), ...texts(body), ...params };
      const problems = problemsOf(parameters[call] ?? {}, args);
      if (Object.keys(problems).length > 0) throw new Refusal(400, "Parameter verification failed.\n", { parameters: problems });
      const user = open ? "" : access.callerOf(sent);
      access.check(user, privileges, args);
      return { body: { data: await handler(world, args, { user, failTask }) } };
    };
    return { method: method as HTTPMethod, path, open, handle };
  });
}

/** Proxmox VE takes JSON too, and reads its values as it reads those of a form. */
function texts(values: unknown): Record<string, string> {
  if (typeof values !== "object" || values === null) return {};
  return Object.fromEntries(Object.entries(values as Record<string, unknown>).map(([name, value]) => [name, typeof value === "boolean" ? String(Number(value)) : String(value)]));
}

/** The message is in the status line, too. */
function refuse({ status, message, parameters }: Refusal): Answer {
  return { status, reason: message, body: { data: null, message, ...(parameters === undefined ? {} : { errors: parameters }) } };
}
