import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { vi } from "vitest";

/** What the stand-in for `pulumi` was started with. */
export interface Started {
  words: string[];
  cwd: string;
  environment: Record<string, string>;
}

/**
 * A program `pulumi` that knows one resource, the last machine of the stack, and does with it what the real engine was seen to do with the real provider: a
 * failed change is recorded as done, a refresh sees the truth, an `up` compares with what was recorded, and a protected machine is not deleted.
 */
const SCRIPT = `
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const { parse } = require(YAML);
const words = process.argv.slice(2);
appendFileSync(LOG, JSON.stringify({ words, cwd: process.cwd(), environment: process.env }) + "\\n");
const [verb] = words;
const file = "Pulumi.lab.yaml";
const keep = (state) => writeFileSync("state.json", JSON.stringify(state));
const state = existsSync("state.json") ? JSON.parse(readFileSync("state.json", "utf8")) : undefined;

async function run() {
  if (verb === "version") return 0;
  if (verb === "plugin") return process.stdout.write(process.env.FAKE_PLUGINS ?? "[]"), 0;
  if (verb === "state") return keep({ ...state, unprotected: true }), 0;
  if (verb === "stack" && words[1] === "init") return writeFileSync(file, "encryptionsalt: v1:salt\\n" + readFileSync(file, "utf8")), 0;
  if (verb === "stack") return process.stdout.write("the " + words[2]), 0;
  const config = parse(readFileSync(file, "utf8")).config;
  const [name, machine] = Object.entries(config["homelab:machines"]).at(-1);
  const events = [];
  const metadata = (op) => ({ op, type: "proxmoxve:index/vmLegacy:VmLegacy", urn: "urn:pulumi:lab::homelab::rzp:proxmox:ProxmoxVm$proxmoxve:index/vmLegacy:VmLegacy::" + name, new: { inputs: { vmId: machine.vmId } } });
  const done = (op) => events.push({ timestamp: 100, resourcePreEvent: { metadata: metadata(op) } }, { timestamp: 103, resOutputsEvent: { metadata: metadata(op) } });
  const node = config["homelab:proxmox"].endpoint + "/api2/json/nodes/" + machine.host + "/qemu";
  const ask = (method, path, form) => fetch(node + path, { method, headers: { authorization: "PVEAPIToken=" + process.env.PROXMOX_VE_API_TOKEN }, ...(form ? { body: new URLSearchParams(form) } : {}) });
  const memory = String(parseInt(machine.memory) * (machine.memory.endsWith("Gi") ? 1024 : 1));
  const end = (code) => {
    writeFileSync(words[words.indexOf("--event-log") + 1], events.map((event) => JSON.stringify(event) + "\\n").join(""));
    return code;
  };
  const failed = (op, what, { message }) => {
    events.push({ timestamp: 100, diagnosticEvent: { severity: "error", message: "<{%reset%}>" + what + message + "<{%reset%}>" } }, { timestamp: 100, resOpFailedEvent: { metadata: metadata(op) } });
    return end(255);
  };
  if (verb === "up" && state === undefined) {
    const made = await ask("POST", "", { vmid: String(machine.vmId), name, memory });
    if (made.ok) return keep({ memory }), done("create"), end(0);
    return failed("create", "error creating VM: ", await made.json());
  }
  if (verb === "up" && state.memory !== memory) {
    const changed = await ask("PUT", "/" + machine.vmId + "/config", { memory, name });
    keep({ memory });
    if (changed.ok) return done("update"), end(0);
    return failed("update", "error updating VM: ", await changed.json());
  }
  if (verb === "refresh") {
    const { data } = await (await ask("GET", "/" + machine.vmId + "/config")).json();
    done(data.memory === state.memory ? "same" : "update");
    keep({ memory: data.memory });
    return end(0);
  }
  if (verb === "destroy") {
    if (!state.unprotected) return end(1);
    await ask("DELETE", "/" + machine.vmId);
    done("delete");
    return end(0);
  }
  return done("same"), end(0);
}
run().then((code) => process.exit(code), (error) => { console.error(error); process.exit(70); });
`;

/** Puts it first on PATH. @param plugins what it says that it has @returns what it was started with so far */
export function pulumiOnPath(folder: string, plugins: readonly string[]): () => Started[] {
  const [bin, log] = [join(folder, "bin"), join(folder, "started.jsonl")];
  mkdirSync(bin, { recursive: true });
  const yaml = createRequire(import.meta.url).resolve("yaml");
  const script = SCRIPT.replace("YAML", JSON.stringify(yaml)).replace("LOG", JSON.stringify(log));
  writeFileSync(join(bin, "pulumi"), `#!${process.execPath}\n${script}`);
  chmodSync(join(bin, "pulumi"), 0o755);
  vi.stubEnv("PATH", [bin, process.env.PATH].join(delimiter));
  vi.stubEnv("FAKE_PLUGINS", JSON.stringify(plugins.map((name) => ({ name, kind: "resource" }))));
  return () => readFileSync(log, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Started);
}
