#!/usr/bin/env node
/** The stand-ins, each on its own. Exit codes: 0 stopped, 1 refused, 70 a fault of ours. */
import { once } from "node:events";
import { isIPv4 } from "node:net";
import { Command, InvalidArgumentError } from "commander";
import { LabError } from "./errors.ts";
import type { StandIn, StandInArgs } from "./stand-ins/server.ts";

/** What every stand-in is told in the same way. */
interface Options {
  port: number;
  host: string;
  state?: string;
  fault: string[];
}

/** A stand-in that has started, and what it says to whoever wants to use it. */
interface Started {
  standIn: StandIn;
  lines: Record<string, string>;
}

export function cli(): Command {
  const program = new Command("rzp-lab").description("Vendors' APIs that are not there: each speaks the vendor's protocol on the loopback, keeps state, and can be told to fail.").showSuggestionAfterError().showHelpAfterError("(use --help for what there is)");

  standIn(program, "proxmox", "Proxmox VE 9, with TLS")
    .option("--token <id=secret>", "API token that may do everything", "root@pam!lab=00000000-0000-4000-8000-000000000000")
    .option("--node <names...>", "hosts of the cluster", ["pve1"])
    .action(async ({ token, node, ...options }: Options & { token: string; node: string[] }) => {
      await run("proxmox", async () => {
        const { startProxmox } = await import("./stand-ins/proxmox/proxmox.ts");
        const [, id = "", secret = ""] = /^(.+@.+!.+?)=(.+)$/.exec(token) ?? [];
        if (id === "") throw new LabError(`--token ${token}: is no API token. Write it as user@realm!name=secret.`);
        const proxmox = await startProxmox({ ...argsOf(options), tokens: [{ id, secret }], hosts: node.map((name) => ({ name })) });
        return { standIn: proxmox, lines: { api: `${proxmox.url}/api2/json`, header: `Authorization: PVEAPIToken=${token}` } };
      });
    });

  standIn(program, "talos", "machines that run Talos over gRPC, and its image factory, whose port this is")
    .option("--machine <addresses...>", "addresses of the loopback, each with a port or at 50000", ["127.0.10.1"])
    .option("--disk <devices...>", "disks of each machine", ["/dev/sda"])
    .option("--talos <version>", "what they boot", "v1.13.0")
    .action(async ({ machine, disk, talos: version, ...options }: Options & { machine: string[]; disk: string[]; talos: string }) => {
      await run("talos", async () => {
        const { startTalos } = await import("./stand-ins/talos/talos.ts");
        const args = machine.map((text) => ({ ...machineOf(text), disks: disk.map((device) => ({ device, size: 40 * 2 ** 30 })) }));
        const talos = await startTalos({ ...argsOf(options), version });
        const machines = await Promise.all(args.map((one) => talos.boot(one))).catch(async (error: unknown) => {
          await talos.close();
          throw error;
        });
        return { standIn: talos, lines: { machines: machines.map(({ address, port }) => `${address}:${port}`).join(" "), factory: talos.url } };
      });
    });

  standIn(program, "infisical", "Infisical, with one identity and one project")
    .option("--client-id <id>", "of a machine identity with universal auth", "lab")
    .option("--client-secret <secret>", "of the same", "lab")
    .option("--project <slug>", "of the project", "homelab")
    .option("--environment <slug>", "of its environment", "prod")
    .option("--secrets <file>", "YAML or JSON with values by folder and key, such as {/media: {API_KEY: abc}}")
    .action(async ({ clientId, clientSecret, project, environment, secrets, ...options }: Options & Record<"clientId" | "clientSecret" | "project" | "environment", string> & { secrets?: string }) => {
      await run("infisical", async () => {
        const { LAB_PROJECT_ID: id, readFolders, startInfisical } = await import("./stand-ins/infisical/infisical.ts");
        const folders = secrets === undefined ? {} : readFolders(secrets);
        const infisical = await startInfisical({ ...argsOf(options), identities: { [clientId]: clientSecret }, projects: { [project]: { id, environments: { [environment]: folders } } } });
        return { standIn: infisical, lines: { api: `${infisical.url}/api`, project: id } };
      });
    });

  standIn(program, "cloudflare", "Cloudflare: zones, DNS records, tunnels")
    .option("--token <secret>", "API token that may do everything", "lab-0000000000000000000000000000000000000")
    .option("--zone <names...>", "zones that are there from the start", ["example.com"])
    .action(async ({ token, zone, ...options }: Options & { token: string; zone: string[] }) => {
      await run("cloudflare", async () => {
        const { startCloudflare } = await import("./stand-ins/cloudflare/cloudflare.ts");
        const cloudflare = await startCloudflare({ ...argsOf(options), tokens: [{ secret: token }], zones: zone });
        return { standIn: cloudflare, lines: { api: `${cloudflare.url}/client/v4`, header: `Authorization: Bearer ${token}` } };
      });
    });

  return program;
}

function machineOf(text: string): { address: string; port?: number } {
  const [address = "", port] = text.split(":");
  if (!isIPv4(address) || !address.startsWith("127.")) throw new LabError(`--machine ${text}: ${address} is not on the loopback. Give an address in 127.0.0.0/8, as 127.0.10.1 or 127.0.0.1:50001.`);
  return { address, ...(port === undefined ? {} : { port: portOf(port) }) };
}

/** A command with what all of them are told. */
function standIn(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option("--port <number>", "0 for any that is free", portOf, 0)
    .option("--host <address>", "an address of the loopback", "127.0.0.1")
    .option("--state <folder>", "keep the state there, and read it again at the next start")
    .option("--fault <fault>", "a name, or YAML or JSON such as '{on: POST /**, nth: 2, status: 500}'; may be given more than once", (fault: string, all: string[]) => [...all, fault], []);
}

function argsOf({ port, host, state, fault }: Options): StandInArgs {
  return { port, host, faults: fault, ...(state === undefined ? {} : { folder: state }) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError("Give a whole number from 0 to 65535.");
  return port;
}

/** Starts one, says how to reach it, and stops it at Ctrl+C. */
async function run(name: string, start: () => Promise<Started>): Promise<void> {
  try {
    const { standIn, lines } = await start();
    for (const [what, text] of Object.entries({ ...lines, control: `${standIn.url}/rzp-lab/faults, ${standIn.url}/rzp-lab/calls` })) console.log(`${name} ${what}: ${text}`);
    await Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal)));
    await standIn.close();
  } catch (error) {
    console.error(error instanceof LabError ? `error: ${error.message}` : error);
    process.exitCode = error instanceof LabError ? 1 : 70;
  }
}

if (import.meta.main) await cli().parseAsync();
