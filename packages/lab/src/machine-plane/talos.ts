import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { imageUrls } from "@rzp/talos/factory";
import { stringify } from "yaml";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { readKubeconfig } from "../kubeconfig.ts";
import { TalosClient } from "../talos-client.ts";
import { ask as askHost } from "./ask.ts";
import { answerer, maker, type Makers } from "./maker.ts";
import { generateConfiguration, patchConfiguration } from "./talos-configuration.ts";
import { CLIENT_CONFIGURATION, credentialsOf, MACHINE_SECRETS, makeSecrets } from "./talos-secrets.ts";

const text = z.string();
const timeouts = z.strictObject({ create: text.optional(), update: text.optional() }).optional();
const reach = { node: text, endpoint: text.optional(), clientConfiguration: CLIENT_CONFIGURATION, timeouts };

const APPLY = z.strictObject({ ...reach, machineConfigurationInput: text, configPatches: z.array(text).default([]), applyMode: text.default("auto") });
const GENERATE = z.strictObject({ clusterName: text, clusterEndpoint: text, machineType: z.enum(["controlplane", "worker"]), machineSecrets: MACHINE_SECRETS, talosVersion: text, kubernetesVersion: text });
const TALOSCONFIG = z.strictObject({ clusterName: text, clientConfiguration: CLIENT_CONFIGURATION, endpoints: z.array(text), nodes: z.array(text) });
const URLS = z.strictObject({ schematicId: text, talosVersion: text, platform: text, architecture: text });

/** How long a machine may be busy; the provider waits ten minutes, for real machines. */
const PATIENCE_MS = 120_000;

/** What the Talos provider does in the first `up`. @param factory address of the image factory */
export function talosMakers(factory: string): Makers {
  return {
    resources: {
      "talos:imageFactory/schematic:Schematic": maker(z.strictObject({ schematic: text }), async ({ schematic }) => ({ id: await registerSchematic(factory, schematic) })),
      "talos:machine/secrets:Secrets": maker(z.strictObject({ talosVersion: text }), async () => ({ id: "machine_secrets", outputs: await makeSecrets() })),
      "talos:machine/configurationApply:ConfigurationApply": maker(APPLY, async ({ machineConfigurationInput, configPatches, applyMode, ...machine }) => {
        const configuration = patchConfiguration(machineConfigurationInput, configPatches);
        const mode = await ask(machine, (client) => apply(client, configuration, applyMode));
        const hash = createHash("sha256").update(configuration).digest("hex");
        return { id: "machine_configuration_apply", outputs: { endpoint: machine.endpoint ?? machine.node, machineConfiguration: configuration, machineConfigurationHash: hash, resolvedApplyMode: mode } };
      }),
      "talos:machine/bootstrap:Bootstrap": maker(z.strictObject(reach), async (machine) => {
        await ask(machine, (client) => client.bootstrap());
        return { id: "machine_bootstrap" };
      }),
      "talos:cluster/kubeconfig:Kubeconfig": maker(z.strictObject({ ...reach, certificateRenewalDuration: text.optional() }), async (machine) => {
        const kubeconfigRaw = await ask(machine, (client) => client.kubeconfig());
        const { server, authority, user } = readKubeconfig(kubeconfigRaw);
        const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
        const kubernetesClientConfiguration = { host: server, caCertificate: base64(authority), clientCertificate: base64(user.certificate), clientKey: base64(user.key) };
        return { id: "kubeconfig", outputs: { kubeconfigRaw, kubernetesClientConfiguration } };
      }),
    },
    invokes: {
      "talos:imageFactory/getUrls:getUrls": answerer(URLS, (args) => ({ ...args, id: "", urls: imageUrls(factory, args) })),
      "talos:machine/getConfiguration:getConfiguration": answerer(GENERATE, (args) => ({ ...args, id: args.clusterName, machineConfiguration: generateConfiguration(args) })),
      "talos:client/getConfiguration:getConfiguration": answerer(TALOSCONFIG, (args) => ({ ...args, id: args.clusterName, talosConfig: talosconfig(args) })),
    },
  };
}

async function registerSchematic(factory: string, schematic: string): Promise<string> {
  const answer = await askHost(`${factory}/schematics`, "POST /schematics", { method: "POST", body: schematic, headers: { "content-type": "application/yaml" } });
  if (answer.status !== 201) throw new LabError(`POST /schematics: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

function talosconfig({ clusterName, clientConfiguration: { caCertificate, clientCertificate, clientKey }, endpoints, nodes }: z.output<typeof TALOSCONFIG>): string {
  return stringify({ context: clusterName, contexts: { [clusterName]: { endpoints, nodes, ca: caCertificate, crt: clientCertificate, key: clientKey } } });
}

type Machine = Pick<z.output<typeof APPLY>, "node" | "endpoint" | "clientConfiguration">;

/** Asks a machine until it answers, as the provider does: anew each time, and no longer when it is told that the request is wrong. */
async function ask<T>({ node, endpoint = node, clientConfiguration: client }: Machine, what: (client: TalosClient) => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (let pause = 500; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      const connected = await TalosClient.connect({ endpoint: endpoint.includes(":") ? endpoint : `${endpoint}:50000`, node, credentials: credentialsOf(client) });
      try {
        return await what(connected);
      } finally {
        connected.close();
      }
    } catch (error) {
      const { code, message, details = message } = error as Error & { code?: number; details?: string };
      if (code === status.INVALID_ARGUMENT || performance.now() + pause > end) throw new LabError(`${node}: ${details.trim()}`);
      await sleep(pause);
    }
  }
}

/** Asks first what it would do, where a change that needs a reboot is to wait for one. */
async function apply(client: TalosClient, configuration: string, applyMode: string): Promise<string> {
  const staged = applyMode === "staged_if_needing_reboot" && (await client.applyConfiguration(configuration, { dryRun: true })).mode === "REBOOT";
  const mode = staged ? "staged" : applyMode === "staged_if_needing_reboot" ? "auto" : applyMode;
  await client.applyConfiguration(configuration, { mode: mode.toUpperCase() });
  return mode;
}
