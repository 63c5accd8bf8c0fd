import { setTimeout as sleep } from "node:timers/promises";
import { parseDuration, type KubernetesObject } from "@rzp/core";
import { refusalOf, type KubeClient } from "../client.ts";
import { asIdentity, readValue, validateScope, type Identity } from "./reader.ts";
import { hash, INFISICAL, isReady, now, readyCondition, secretOf, versionOf, type Condition, type ExternalSecret, type InfisicalProvider, type Store } from "./objects.ts";
import { Schedule } from "./schedule.ts";

const API = "/apis/external-secrets.io/v1";
const TICK_MS = 100;

export interface EsoArgs {
  client: KubeClient;
  /** Where an Infisical is reached that a store names, such as `https://eu.infisical.com`; undefined when the lab has none in its place. */
  resolve: (hostAPI: string) => string | undefined;
  /** Whether the operator would run now: a Deployment that is there, and available. @default always */
  isRunning?: () => Promise<boolean>;
  /** Told once of each thing that it could not do and why. @default nobody is */
  report?: (line: string) => void;
}

/**
 * Plays the External Secrets Operator, whose program cannot be had as a module, for Infisical's ClusterSecretStores: what it asks Infisical and in which order, what it makes of the
 * answers, and when it tries again, as it was observed. It looks at what there is a few times a second, where the real one is told.
 */
export function startEso({ client, resolve, isRunning = () => Promise.resolve(true), report = () => undefined }: EsoArgs): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const operator = new Operator(client, resolve, report);
  const run = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // An API server that is away comes back.
      await (async () => ((await isRunning()) ? operator.look() : undefined))().catch(() => undefined);
      await sleep(TICK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await run;
    },
  };
}

class Operator {
  readonly #client: KubeClient;
  readonly #resolve: EsoArgs["resolve"];
  readonly #report: (line: string) => void;
  readonly #schedule = new Schedule();
  readonly #said = new Set<string>();

  constructor(client: KubeClient, resolve: EsoArgs["resolve"], report: (line: string) => void) {
    this.#client = client;
    this.#resolve = resolve;
    this.#report = report;
  }

  /** Does all that is due. */
  async look(): Promise<void> {
    const stores = await this.#list<Store>("ClusterSecretStore", `${API}/clustersecretstores`);
    for (const store of stores) if (this.#schedule.isDue(store.metadata.uid, versionOf(store))) await this.#validate(store);
    const externals = await this.#list<ExternalSecret>("ExternalSecret", `${API}/externalsecrets`);
    for (const external of externals) if (this.#schedule.isDue(external.metadata.uid, versionOf(external))) await this.#sync(external);
    this.#schedule.keep(new Set([...stores, ...externals].map(({ metadata }) => metadata.uid)));
  }

  async #validate(store: Store): Promise<void> {
    const { uid } = store.metadata;
    try {
      const provider = providerOf(store);
      await asIdentity(this.#address(provider), await this.#identity(provider), (ask) => validateScope(ask, provider));
      await this.#say(store, { capabilities: "ReadOnly", conditions: [readyCondition(store, true, "Valid", "store validated")] });
      const { refreshInterval = 300 } = store.spec;
      this.#schedule.done(uid, versionOf(store), refreshInterval === 0 ? Infinity : refreshInterval * 1000);
    } catch (error) {
      this.#complain(store, error);
      await this.#say(store, { conditions: [readyCondition(store, false, "InvalidProviderConfig", `unable to validate store: ${(error as Error).message}`)] });
      this.#schedule.failed(uid, versionOf(store));
    }
  }

  async #sync(external: ExternalSecret): Promise<void> {
    const { uid } = external.metadata;
    const { refreshPolicy = "Periodic", refreshInterval = "1h", target } = external.spec;
    try {
      const secret = await this.#write(external, await this.#read(external));
      const status = { binding: { name: target?.name ?? secret.metadata.name }, refreshTime: now(), syncedResourceVersion: versionOf(external) };
      await this.#say(external, { ...status, conditions: [readyCondition(external, true, "SecretSynced", "secret synced")] });
      const interval = parseDuration(refreshInterval) ?? 0;
      this.#schedule.done(uid, versionOf(external), refreshPolicy === "Periodic" && interval > 0 ? interval : Infinity);
    } catch (error) {
      this.#complain(external, error);
      await this.#tell(external, (error as Error).message);
      const message = error instanceof WriteError ? "could not update secret" : "could not get secret data from provider";
      await this.#say(external, { conditions: [readyCondition(external, false, "SecretSyncedError", message)] });
      this.#schedule.failed(uid, versionOf(external));
    }
  }

  async #read({ metadata, spec }: ExternalSecret): Promise<Record<string, string>> {
    const { kind = "SecretStore", name } = spec.secretStoreRef;
    if (kind !== "ClusterSecretStore") throw new Error(`the lab plays ClusterSecretStores only, and this asks a ${kind}`);
    if (spec.dataFrom !== undefined) throw new Error("the lab does not play spec.dataFrom: name every key");
    const store = await this.#client.get<Store>(`${API}/clustersecretstores/${name}`);
    if (store === undefined) throw new Error(`could not get ClusterSecretStore "${name}", it is not there`);
    const allowed = (store.spec.conditions ?? []).flatMap(({ namespaces = [] }) => namespaces);
    if (store.spec.conditions !== undefined && !allowed.includes(metadata.namespace ?? "")) throw new Error(`using ClusterSecretStore "${name}" is not allowed from namespace "${metadata.namespace ?? ""}": denied by spec.condition`);
    // What holds a flood back while nobody could answer it.
    if (!isReady(store)) throw new Error(`ClusterSecretStore "${name}" is not ready`);
    const provider = providerOf(store);
    return asIdentity(this.#address(provider), await this.#identity(provider), async (ask) => {
      const values: Record<string, string> = {};
      for (const [index, { secretKey, remoteRef }] of (spec.data ?? []).entries()) {
        if (remoteRef.property !== undefined || remoteRef.version !== undefined) throw new Error(`the lab does not play property and version of spec.data[${index}]`);
        values[secretKey] = await readValue(ask, provider, remoteRef.key).catch((error: unknown) => {
          throw new Error(`error processing spec.data[${index}] (key: ${remoteRef.key}), err: ${(error as Error).message}`);
        });
      }
      return values;
    });
  }

  async #write(external: ExternalSecret, values: Record<string, string>): Promise<KubernetesObject> {
    const secret = secretOf(external, values);
    const { creationPolicy = "Owner" } = external.spec.target ?? {};
    if (creationPolicy === "None") return secret;
    if (creationPolicy === "Merge" && (await this.#client.get(await this.#client.pathOf(secret))) === undefined) throw new WriteError("the desired secret could not be found, and the creationPolicy is Merge");
    const { status, body } = await this.#client.apply(secret);
    if (status >= 300) throw new WriteError(refusalOf(body));
    return secret;
  }

  async #identity({ auth }: InfisicalProvider): Promise<Identity> {
    const credentials = auth.universalAuthCredentials;
    if (credentials === undefined) throw new Error("the lab plays universalAuthCredentials only");
    const [clientId, clientSecret] = [await this.#value(credentials.clientId), await this.#value(credentials.clientSecret)];
    return { clientId, clientSecret };
  }

  async #value({ namespace = "default", name, key }: { namespace?: string; name: string; key: string }): Promise<string> {
    const secret = await this.#client.get<{ data?: Record<string, string> }>(`/api/v1/namespaces/${namespace}/secrets/${name}`);
    if (secret === undefined) throw new Error(`cannot get Kubernetes secret "${name}" from namespace "${namespace}": secrets "${name}" not found`);
    const value = secret.data?.[key];
    if (value === undefined) throw new Error(`cannot find secret data for key: "${key}"`);
    return Buffer.from(value, "base64").toString("utf8");
  }

  #address({ hostAPI = INFISICAL }: InfisicalProvider): string {
    const address = this.#resolve(hostAPI.replace(/\/(api\/?)?$/, ""));
    if (address === undefined) throw new Error(`the lab has nothing in the place of ${hostAPI}`);
    return address;
  }

  async #list<T extends KubernetesObject>(kind: string, path: string): Promise<T[]> {
    const list = await this.#client.get<{ items: T[] }>(path);
    // A list says its kind once, for all.
    return (list?.items ?? []).map((item) => ({ ...item, apiVersion: "external-secrets.io/v1", kind }));
  }

  async #say(object: KubernetesObject, status: Record<string, unknown> & { conditions: Condition[] }): Promise<void> {
    await this.#client.request("PATCH", `${await this.#client.pathOf(object)}/status`, { status }, "application/merge-patch+json");
  }

  /** The condition says only that it failed; why stands in an event, one for each reason. */
  async #tell({ metadata, apiVersion, kind }: ExternalSecret, message: string): Promise<void> {
    const { namespace = "default", name, uid } = metadata;
    const involvedObject = { apiVersion, kind, namespace, name, uid };
    const event = { apiVersion: "v1", kind: "Event", metadata: { namespace, name: `${name}.${hash(message).slice(0, 16)}` }, involvedObject, type: "Warning", reason: "UpdateFailed", message, source: { component: "external-secrets" }, firstTimestamp: now(), lastTimestamp: now(), count: 1 };
    await this.#client.apply(event);
  }

  #complain({ kind, metadata }: KubernetesObject, error: unknown): void {
    const line = `${kind} ${[metadata.namespace, metadata.name].filter((part) => part !== undefined).join("/")}: ${(error as Error).message}`;
    if (!this.#said.has(line)) this.#report(line);
    this.#said.add(line);
  }
}

/** It was read, and could not be written. */
class WriteError extends Error {}

function providerOf({ spec }: Store): InfisicalProvider {
  const { infisical } = spec.provider;
  if (infisical === undefined) throw new Error(`the lab plays Infisical only, and this store asks ${Object.keys(spec.provider).join(", ")}`);
  return infisical;
}
