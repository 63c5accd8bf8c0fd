import { randomUUID } from "node:crypto";
import { Refusal } from "../refusal.ts";
import type { Call } from "../server.ts";
import type { Args } from "./handler.ts";

/** All that a homelab's calls need. */
const PRIVILEGES = [
  "Datastore.Allocate",
  "Datastore.AllocateSpace",
  "Datastore.AllocateTemplate",
  "Datastore.Audit",
  "Pool.Allocate",
  "Pool.Audit",
  "SDN.Use",
  "Sys.AccessNetwork",
  "Sys.Audit",
  "Sys.Modify",
  "VM.Allocate",
  "VM.Audit",
  "VM.Config.CDROM",
  "VM.Config.CPU",
  "VM.Config.Cloudinit",
  "VM.Config.Disk",
  "VM.Config.HWType",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Options",
  "VM.GuestAgent.Audit",
  "VM.Migrate",
  "VM.PowerMgmt",
] as const;
export type Privilege = (typeof PRIVILEGES)[number];

/** An API token, as a client sends it: `PVEAPIToken=<id>=<secret>`. */
export interface LabToken {
  /** Such as `root@pam!lab`. */
  id: string;
  secret: string;
  /** What it may do, everywhere. @default everything */
  privileges?: readonly Privilege[];
}

/** Somebody who logs in with a password and may do everything. */
export interface LabUser {
  /** Such as `root@pam`. */
  name: string;
  password: string;
}

/** Who may call, and who has logged in. */
export class Access {
  readonly #tokens: readonly LabToken[];
  readonly #users: readonly LabUser[];
  readonly #tickets = new Map<string, { user: string; csrf: string }>();

  constructor(tokens: readonly LabToken[], users: readonly LabUser[]) {
    this.#tokens = tokens;
    this.#users = users;
  }

  /** Who calls, by token or by ticket. */
  callerOf({ headers, method }: Call): string {
    const [, id, secret] = /^PVEAPIToken[=: ]([^=]+![^=]+)=(.*)$/.exec(headers.authorization ?? "") ?? [];
    if (id !== undefined) {
      const token = this.#tokens.find((one) => one.id === id);
      if (token === undefined) throw new Refusal(401, `no such token '${id.replace(/^.*!/, "")}' for user '${id.replace(/!.*$/, "")}'\n`);
      if (token.secret !== secret) throw new Refusal(401, "invalid token value!\n");
      return id;
    }
    const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(headers.cookie ?? "")?.[1];
    if (cookie === undefined) throw new Refusal(401, "No ticket\n");
    const ticket = this.#tickets.get(decodeURIComponent(cookie));
    if (ticket === undefined) throw new Refusal(401, "permission denied - invalid PVE ticket\n");
    if (method !== "GET" && headers.csrfpreventiontoken !== ticket.csrf) throw new Refusal(401, "Permission denied - invalid csrf token\n");
    return ticket.user;
  }

  /** A password becomes a ticket. */
  logIn({ username = "", password = "", realm }: Args): object {
    const name = username.includes("@") ? username : `${username}@${realm ?? "pam"}`;
    if (!this.#users.some((user) => user.name === name && user.password === password)) throw new Refusal(401, "authentication failure\n");
    const [ticket, csrf] = [`PVE:${name}:${randomUUID()}`, randomUUID()];
    this.#tickets.set(ticket, { user: name, csrf });
    return { username: name, ticket, CSRFPreventionToken: csrf, clustername: "lab" };
  }

  privilegesOf(caller: string): readonly Privilege[] {
    return this.#tokens.find(({ id }) => id === caller)?.privileges ?? PRIVILEGES;
  }

  /** By path, as a token's owner is told. */
  permissions(caller: string, { path }: Args): object {
    const all = Object.fromEntries(this.privilegesOf(caller).map((privilege) => [privilege, 1]));
    return Object.fromEntries((path === undefined ? ["/", "/access", "/nodes", "/pool", "/sdn", "/storage", "/vms"] : [path]).map((place) => [place, all]));
  }

  /** Refuses a caller who lacks a privilege for what the parameters name. */
  check(caller: string, privileges: readonly Privilege[], args: Args): void {
    const held = this.privilegesOf(caller);
    const lacking = privileges.find((privilege) => !held.includes(privilege));
    if (lacking !== undefined) throw new Refusal(403, `Permission check failed (${pathOf(lacking, args)}, ${lacking})\n`);
  }
}

function pathOf(privilege: Privilege, { vmid, storage, poolid, node }: Args): string {
  if (privilege.startsWith("VM.") && vmid !== undefined) return `/vms/${vmid}`;
  if (privilege.startsWith("Datastore.") && storage !== undefined) return `/storage/${storage}`;
  if (privilege.startsWith("Pool.") && poolid !== undefined) return `/pool/${poolid}`;
  return privilege.startsWith("Sys.") && node !== undefined ? `/nodes/${node}` : "/";
}
