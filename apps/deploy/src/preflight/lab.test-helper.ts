/** A homelab of stand-ins for the preflight's tests: vendors on the loopback, a `pulumi` that tells what it is given, and the recording of a stack of the tests' own. */
import { randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { CLOUDFLARE_LAB_TOKEN, LAB_SECRET, startCloudflare, startInfisical, startProxmox, type Cloudflare, type Infisical, type Proxmox, type ProxmoxArgs } from "@rzp/lab";
import type { Recording } from "@rzp/plan";
import { APP, parseStack, type Stack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { recordStack } from "../record.ts";
import { withChange } from "../stacks.test-data.ts";
import type { Outcome, Verb } from "./check.ts";
import { folderOf } from "./infisical.ts";
import { look, situationOf } from "./preflight.ts";
import type { Situation } from "./reads.ts";
import { TYPES, wantedOf, type Wanted } from "./wanted.ts";

const NAME = "homelab";

/** An address of this machine that no other run of the tests takes, for what has to answer at a port that everybody knows. */
export function ownAddress(): string {
  return `127.${randomInt(128, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Addresses of this machine, so that no test asks somebody's; where nobody listens on them, they are free. */
const nobodys = (text: string): string => text.replaceAll("10.0.20.", "127.0.62.");
const text = readFileSync(join(APP, "src/__fixtures__/Pulumi.homelab.yaml"), "utf8");
const balanced = homelab(parseStack("Pulumi.homelab.yaml", text)).context.services.flatMap(({ name, category, loadBalancer }) => (loadBalancer === undefined ? [] : [{ path: `${category}/${name}`, address: nobodys(loadBalancer.address) }]));
const declared = balanced.reduce((stack, { path, address }) => withChange(stack, path, { address }), parseStack("Pulumi.homelab.yaml", nobodys(text)));
let recorded: Promise<Recording> | undefined;

export interface Lab {
  proxmox: Proxmox;
  cloudflare: Cloudflare;
  infisical: Infisical;
  stack: Stack;
  wanted: Wanted;
  situation: Situation;
  /** Folder with `pulumi` and what it tells. */
  folder: string;
  /** What `pulumi stack export` and `stack history` print from now on. */
  tell: (told: { resources?: object[]; pending?: object[]; history?: object[]; kubeconfig?: string }) => void;
  /** Outcomes by name. */
  look: (verb?: Verb, skipped?: ReadonlyMap<string, string>) => Promise<Record<string, Outcome>>;
  close: () => Promise<void>;
}

export async function startLab(args: ProxmoxArgs = {}): Promise<Lab> {
  const recording = await (recorded ??= recordStack(NAME, declared));
  const [proxmox, cloudflare] = await Promise.all([startProxmox({ hosts: ["pve-1", "pve-2", "pve-3"].map((name) => ({ name })), ...args }), startCloudflare()]);
  const infisical = await startInfisical({ identities: { eso: "eso-secret" }, projects: { homelab: { id: declared.infisical.projectId, environments: { prod: {} } } } });
  const [factory, git] = await Promise.all([serveText({ "/versions": JSON.stringify([declared.cluster.talos]), "/login/info/refs": "{}" }, "application/json"), serveText({ "/homelab.git/info/refs": refsOf(["main"]) }, "application/x-git-upload-pack-advertisement")]);
  const [zone] = cloudflare.state.zones;
  const stack: Stack = {
    ...declared,
    proxmox: { ...declared.proxmox, endpoint: proxmox.url, insecure: true },
    cloudflare: { ...declared.cloudflare, zoneId: zone?.id ?? "", accountId: zone?.account.id ?? "" },
    infisical: { ...declared.infisical, siteUrl: infisical.url },
    git: { ...declared.git, repoURL: `${git.url}/homelab.git` },
  };

  const folder = mkdtempSync(join(tmpdir(), "rzp-preflight-"));
  writePulumi(folder);
  const environment = {
    PATH: [folder, process.env.PATH].join(delimiter),
    PROXMOX_VE_API_TOKEN: `root@pam!lab=${LAB_SECRET}`,
    CLOUDFLARE_API_TOKEN: CLOUDFLARE_LAB_TOKEN,
    ESO_INFISICAL_CLIENT_ID: "eso",
    ESO_INFISICAL_CLIENT_SECRET: "eso-secret",
    GIT_USERNAME: "argo",
    GIT_TOKEN: "git-secret",
  };
  const atStandIn = { ...recording, resources: recording.resources.map((one) => (one.type === "pulumi:providers:cloudflare" ? { ...one, inputs: { ...one.inputs, baseUrl: `${cloudflare.url}/client/v4` } } : one)) };
  const situation: Situation = { ...situationOf({ name: NAME, stack, recording: atStandIn, environment, factory: factory.url, base: folder }), tree: () => [] };
  const folders = (infisical.state.projects.homelab?.environments.prod ?? {});
  for (const { remote } of situation.keys) (folders[folderOf(remote)] ??= {})[remote.slice(remote.lastIndexOf("/") + 1)] = { id: "1", value: "never-shown", version: 1, comment: "", createdAt: "", updatedAt: "" };

  const tell: Lab["tell"] = ({ resources = [], pending = [], history = [], kubeconfig = "" }) => {
    writeFileSync(join(folder, "stack-export"), JSON.stringify({ version: 3, deployment: { resources, pending_operations: pending } }));
    writeFileSync(join(folder, "stack-history"), JSON.stringify(history));
    writeFileSync(join(folder, "stack-output"), kubeconfig);
  };
  tell({});
  return {
    proxmox,
    cloudflare,
    infisical,
    stack,
    wanted: wantedOf(atStandIn),
    situation,
    folder,
    tell,
    look: async (verb = "up", skipped = new Map()) => Object.fromEntries((await look(situation, verb, skipped)).map((outcome) => [outcome.name, outcome])),
    close: async () => {
      await Promise.all([proxmox, cloudflare, infisical, factory, git].map((one) => one.close()));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Names of the checks that did not pass, with what they say. */
export function complaints(outcomes: Readonly<Record<string, Outcome>>): Record<string, string> {
  const bad = Object.values(outcomes).filter(({ status }) => status !== "ok");
  return Object.fromEntries(bad.map(({ name, status, reason, problems }) => [name, `${status}: ${reason ?? problems.map(({ problem, remedy }) => `${problem} ${remedy}`).join(" | ")}`]));
}

/** What the state holds of machines after an `up`, as `pulumi stack export` prints it. */
export function machinesInState({ situation: { recording } }: Lab, names: readonly string[], more: object = {}): object[] {
  return recording.resources
    .filter(({ type, name }) => type === TYPES.machine && names.includes(name))
    .map(({ urn, type, parent, inputs }) => ({ urn, type, parent, custom: true, id: `${Number(inputs.vmId)}`, inputs, outputs: {}, ...more }));
}

/** A machine in Proxmox, as it is after one of the stack was made. */
export function makeThere({ proxmox, wanted }: Lab, name: string): void {
  const machine = wanted.machines.find((one) => one.name === name);
  if (machine === undefined) throw new Error(`no machine ${name}`);
  const disks = machine.disks.map(({ slot, bytes }, index): [string, string] => [slot, `local-lvm:vm-${machine.vmId}-disk-${index},size=${bytes / 2 ** 30}G`]);
  proxmox.cluster.vms[machine.vmId] = { vmid: machine.vmId, node: machine.node, config: { name, tags: machine.tags.join(";"), net0: `virtio=${machine.macs[0] ?? ""},bridge=vmbr0,tag=20`, ...Object.fromEntries(disks) } };
}

/** Somebody else's machine. */
export function makeForeign({ proxmox }: Pick<Lab, "proxmox">, vmid: number, config: Record<string, string | number> = {}, node = "pve-1"): void {
  const whole = { name: "nas", net0: "virtio=52:54:00:AA:BB:CC,bridge=vmbr0", memory: "4096", scsi0: `local-lvm:vm-${vmid}-disk-0,size=100G`, ...config };
  proxmox.cluster.vms[vmid] = { vmid, node, config: whole, running: whole };
  proxmox.cluster.volumes.push({ volid: `local-lvm:vm-${vmid}-disk-0`, node, content: "images", format: "raw", size: 100 * 2 ** 30, written: 0, ctime: 0, vmid });
}

/** Answers `stack export`, `stack history` and `stack output` out of files beside it, and writes down anything else that it is asked to do. */
function writePulumi(folder: string): void {
  const beside = (name: string): string => JSON.stringify(join(folder, name));
  const script = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const words = process.argv.slice(2);
if (words[0] === "version") process.exit(0);
if (words[0] === "stack") process.stdout.write(readFileSync(${beside("stack-")} + words[1], "utf8"));
else writeFileSync(${beside("started")}, words.join(" "));
`;
  writeFileSync(join(folder, "pulumi"), script);
  chmodSync(join(folder, "pulumi"), 0o755);
}

async function serveText(texts: Readonly<Record<string, string>>, type: string): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const found = texts[(request.url ?? "").replace(/\?.*/, "")];
    const allowed = request.headers.authorization === undefined || request.headers.authorization === `Basic ${Buffer.from("argo:git-secret").toString("base64")}`;
    response.writeHead(!allowed ? 401 : found === undefined ? 404 : 200, { "content-type": type }).end(found ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** What a git server says first, in its lines with their lengths. */
function refsOf(branches: readonly string[]): string {
  const line = (content: string): string => `${(content.length + 4).toString(16).padStart(4, "0")}${content}`;
  const hash = "0123456789abcdef0123456789abcdef01234567";
  return [line("# service=git-upload-pack\n"), "0000", line(`${hash} HEAD\0multi_ack symref=HEAD:refs/heads/main\n`), ...branches.map((branch) => line(`${hash} refs/heads/${branch}\n`)), "0000"].join("");
}
