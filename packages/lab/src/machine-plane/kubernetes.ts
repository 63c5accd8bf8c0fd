import { setTimeout as sleep } from "node:timers/promises";
import { objectId, type KubernetesObject } from "@rzp/core";
import { z } from "zod";
import { KubeClient } from "../client.ts";
import { LabError } from "../errors.ts";
import { readKubeconfig } from "../kubeconfig.ts";
import { maker, type Asked, type Maker, type Makers } from "./maker.ts";

const PROVIDER = z.strictObject({ kubeconfig: z.string(), enableServerSideApply: z.coerce.string().optional() });
const RELEASE = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  chart: z.string(),
  version: z.string(),
  repositoryOpts: z.strictObject({ repo: z.string() }),
  values: z.record(z.string(), z.unknown()),
  timeout: z.number().optional(),
  compat: z.string().optional(),
});

/** A chart that is to be installed in the cluster. */
export type Release = Omit<z.output<typeof RELEASE>, "compat" | "timeout">;

const SERVED_MS = 15_000;

/** Kinds that the bootstrap applies; each is its own type to the engine. */
const KINDS = ["core/v1:Namespace", "core/v1:Secret", "argoproj.io/v1alpha1:AppProject", "argoproj.io/v1alpha1:Application"];

/**
 * What the Kubernetes provider does in the first `up`: server-side apply through the kubeconfig that it is given.
 * @param install What installs a chart: the lab renders none.
 */
export function kubernetesMakers(install: (release: Release, client: KubeClient) => Promise<void>): Makers & { close: () => Promise<void> } {
  let client: KubeClient | undefined;
  const configured = (): KubeClient => {
    if (client === undefined) throw new LabError("no Kubernetes provider is configured");
    return client;
  };
  const apply: Maker = async ({ inputs }: Asked) => {
    const object = inputs as unknown as KubernetesObject;
    await kindIsServed(configured(), object);
    await configured().create(object);
    const { namespace, name } = object.metadata;
    return { id: namespace === undefined ? name : `${namespace}/${name}` };
  };
  return {
    resources: {
      "pulumi:providers:kubernetes": maker(PROVIDER, ({ kubeconfig }) => {
        client = new KubeClient(readKubeconfig(kubeconfig));
        return Promise.resolve({ id: "kubernetes" });
      }),
      "kubernetes:helm.sh/v3:Release": maker(RELEASE, async (release) => {
        await install(release, configured());
        return { id: `${release.namespace}/${release.name}` };
      }),
      ...Object.fromEntries(KINDS.map((kind) => [`kubernetes:${kind}`, apply])),
    },
    invokes: {},
    close: async () => client?.close(),
  };
}

/** Waits a little for a kind whose definition was applied just now, as the provider does: a server that has taken it serves it a moment later. */
async function kindIsServed(client: KubeClient, object: KubernetesObject): Promise<void> {
  const end = performance.now() + SERVED_MS;
  for (;;) {
    try {
      await client.pathOf(object);
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(250);
    }
  }
}

/** How an object is called in a table of what was made. */
export function applied(inputs: Readonly<Record<string, unknown>>): string {
  return `apply ${objectId(inputs as unknown as KubernetesObject)}`;
}
