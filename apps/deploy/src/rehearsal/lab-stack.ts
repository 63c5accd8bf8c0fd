import { randomBytes, randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, type HardwareArgs, type Place } from "@rzp/lab";
import { parse, stringify } from "yaml";
import { APP, engineConfig, type RuntimeSecrets, type Stack } from "../config.ts";

/** Name of the stack in a rehearsal, whichever stack is rehearsed. */
export const LAB = "lab";

/** Where the stand-ins are. */
export interface Places {
  proxmox: string;
  cloudflare: string;
  infisical: string;
  imageFactory: string;
  /** Of each machine, by its address. */
  machines: Readonly<Record<string, Place>>;
}

/** A free port for each machine, on an address of its own: 10.0.20.11 becomes 127.0.20.11. */
export async function placesOf({ machines }: Stack): Promise<Places["machines"]> {
  const places: Record<string, Place> = {};
  for (const { address } of Object.values(machines)) places[address] = { host: address.replace(/^\d+/, "127"), port: await freePort() };
  return places;
}

/** The same homelab, with every vendor and every machine reached in the lab. Nothing else of it changes. */
export function inLab(stack: Stack, places: Places): Stack {
  const reached = ({ host, port }: Place): string => `${host}:${port}`;
  const machines = Object.entries(stack.machines).map(([name, machine]) => {
    const place = places.machines[machine.address];
    return [name, place === undefined ? machine : { ...machine, endpoint: reached(place) }] as const;
  });
  return {
    ...stack,
    proxmox: { ...stack.proxmox, endpoint: places.proxmox, insecure: true },
    cloudflare: { ...stack.cloudflare, baseUrl: `${places.cloudflare}/client/v4` },
    infisical: { ...stack.infisical, siteUrl: places.infisical },
    machines: Object.fromEntries(machines),
  };
}

/** What the program and its providers are let in with, made for one rehearsal. */
export function labSecrets(): RuntimeSecrets {
  const random = (): string => randomBytes(20).toString("hex");
  return {
    PROXMOX_VE_API_TOKEN: `root@pam!lab=${randomUUID()}`,
    CLOUDFLARE_API_TOKEN: random(),
    ESO_INFISICAL_CLIENT_ID: randomUUID(),
    ESO_INFISICAL_CLIENT_SECRET: random(),
    GIT_USERNAME: random(),
    GIT_TOKEN: random(),
  };
}

/** Values in the secret store, by folder and key. */
export type StoredSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What the stand-ins are started with, for this homelab to find there what it counts on. */
export function hardwareFor({ proxmox, cloudflare, infisical }: Stack, secrets: RuntimeSecrets, stored: StoredSecrets = {}): Omit<HardwareArgs, "binaries" | "places"> {
  const [id = "", secret = ""] = secrets.PROXMOX_VE_API_TOKEN.split("=");
  const hosts = Object.entries(proxmox.hosts).map(([name, { bridge, images, disks, memory }]) => ({
    name,
    memory,
    bridges: [bridge],
    storages: [
      { name: images, type: "dir" as const, content: ["import", "iso"], size: "100Gi" },
      { name: disks, type: "lvmthin" as const, content: ["images"], size: "8Ti" },
    ],
  }));
  return {
    proxmox: { hosts, tokens: [{ id, secret }] },
    cloudflare: { token: secrets.CLOUDFLARE_API_TOKEN, accountId: cloudflare.accountId, zoneId: cloudflare.zoneId, zone: cloudflare.zone },
    infisical: {
      identities: { [secrets.ESO_INFISICAL_CLIENT_ID]: secrets.ESO_INFISICAL_CLIENT_SECRET },
      projects: { [infisical.projectSlug]: { id: infisical.projectId, environments: { [infisical.environment]: { ...stored, "/pipeline": { ...secrets } } } } },
    },
  };
}

/** The configuration of the stack as the engine hands it to the program and to the providers that it makes itself. */
export function labConfig(stack: Stack, { imageFactory }: Places): Record<string, string> {
  return { ...engineConfig(stack), "talos:imageFactoryUrl": imageFactory };
}

/**
 * Makes the same Pulumi project in a folder of the rehearsal: the program by reference, and beside it a stack's file of its own, which the engine writes to.
 * @returns the project's folder
 */
export function writeProject(folder: string): string {
  const project = join(folder, "project");
  mkdirSync(project, { recursive: true });
  cpSync(join(APP, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
  for (const part of ["package.json", "node_modules", "src"]) symlinkSync(join(APP, part), join(project, part));
  return project;
}

/** Writes the stack's file; what else the engine has put there stays, such as what its secrets are encrypted with. */
export function writeStackFile(project: string, stack: Stack, places: Places): void {
  const file = join(project, `Pulumi.${LAB}.yaml`);
  const kept = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  const values = Object.entries(labConfig(stack, places)).map(([key, value]): [string, unknown] => [key, /^[[{]/.test(value) ? JSON.parse(value) : value]);
  writeFileSync(file, stringify({ ...kept, config: Object.fromEntries(values) }));
}
