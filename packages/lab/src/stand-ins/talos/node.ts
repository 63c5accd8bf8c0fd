import { isDeepStrictEqual } from "node:util";
import { status } from "@grpc/grpc-js";
import { State } from "../state.ts";
import { Computer } from "./computer.ts";
import { hostnameOf, readConfiguration, type Configuration } from "./configuration.ts";
import { clusterSecrets, packedKubeconfig, type ClusterSecrets } from "./kubeconfig.ts";
import type { Service } from "./listener.ts";
import { resolveMode, type ApplyMode } from "./modes.ts";
import { invalid, RpcError } from "./rpc-error.ts";
import type { Trust } from "./trust.ts";
import { problemsOf, type Hardware } from "./validate.ts";

/** After this a configuration that is tried is taken back. */
const TRY_MS = 60_000;

export interface TalosNodeArgs extends Partial<Hardware> {
  /** On the loopback, such as 127.0.10.1: each machine has its own, as they have in a network. Where there is but one, each has a port of its own. */
  address: string;
  /** @default 50000, as any Talos */
  port?: number;
}

/** What a machine is known by in the lab: its address, with a port that is not the usual one. */
export function nameOf({ address, port = 50_000 }: TalosNodeArgs): string {
  return port === 50_000 || port === 0 ? address : `${address}:${port}`;
}

/** What a machine has on its disks. */
interface Disks {
  configuration?: string;
  etcd: boolean;
}

/** What the machines of one lab share. */
export interface Room {
  trust: Trust;
  nodes: ReadonlyMap<string, TalosNode>;
  /** Of each cluster that etcd was started for, by its authority's certificate: where its API is reached. */
  clusters: Map<string, Promise<string>>;
  startCluster: (secrets: ClusterSecrets) => Promise<string>;
  services: (node: TalosNode) => readonly Service[];
  folder: string | undefined;
  version: string;
}

/** A machine that runs Talos, as seen through its API. */
export class TalosNode extends Computer {
  readonly hardware: Hardware;
  readonly #room: Room;
  readonly #disks: State<Disks>;
  #rollback: NodeJS.Timeout | undefined;

  constructor({ address, port = 50_000, disks = [{ device: "/dev/sda", size: 40 * 2 ** 30 }], macs = [], version }: TalosNodeArgs, room: Room) {
    super(address, port, room.trust);
    this.hardware = { disks, macs, version: version ?? room.version };
    this.#room = room;
    this.#disks = new State<Disks>(room.folder, `talos-${nameOf({ address, port }).replace(":", "-")}`, { etcd: false });
  }

  /** Whether etcd runs here: it was started here, or on another control plane of the same cluster, which this one has joined. */
  get hasEtcd(): boolean {
    return this.isControlPlane && this.controlPlanes.some((node) => node.#disks.value.etcd);
  }

  /** All running control planes of its cluster, itself too. */
  get controlPlanes(): TalosNode[] {
    const id = this.configuration?.main?.cluster?.id;
    return [...this.#room.nodes.values()].filter((node) => node.phase === "running" && node.isControlPlane && node.configuration?.main?.cluster?.id === id);
  }

  /** Switches it on: with what is on its disks, or in maintenance mode. */
  async boot(): Promise<void> {
    await this.start(this.#onDisk());
  }

  reboot(): void {
    this.restart(this.#onDisk());
  }

  override async powerOff(): Promise<void> {
    clearTimeout(this.#rollback);
    await super.powerOff();
  }

  apply(data: Buffer, asked: ApplyMode, dryRun: boolean): { mode: ApplyMode; mode_details: string; warnings: string[] } {
    const next = readConfiguration(data.toString("utf8"));
    if (next.main === undefined) throw invalid("the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch the machine config instead?");
    const problems = problemsOf(next, this.hardware);
    if (problems !== undefined) throw invalid(problems);
    const { mode, details } = resolveMode(asked, this.configuration, next);
    const unchanged = this.configuration?.source === next.source;
    if (dryRun) return { mode, mode_details: `Dry run summary:\n${details} (skipped in dry-run).\n${unchanged ? "No changes." : "Config diff: the configuration changes."}`, warnings: [] };
    this.#take(mode, next);
    return { mode, mode_details: details, warnings: [] };
  }

  /** Starts etcd, once, and with it the cluster. */
  bootstrap(): void {
    this.#controlPlaneOnly("bootstrap");
    if (this.hasEtcd) throw new RpcError(status.ALREADY_EXISTS, "etcd data directory is not empty");
    this.#keep({ etcd: true });
    this.running();
  }

  /** An administrator's kubeconfig, packed; once the cluster runs it leads there, before it leads where the configuration says. */
  async kubeconfig(): Promise<Buffer> {
    this.#controlPlaneOnly("kubeconfig");
    const secrets = this.#secrets();
    const server = (await this.#room.clusters.get(secrets.authority.certificate)) ?? secrets.endpoint;
    return packedKubeconfig(secrets, server);
  }

  /** Forgets what is on these partitions, or all of it; the rest of the machine is as new. */
  reset({ partitions, reboot }: { partitions: readonly string[]; reboot: boolean }): void {
    const wipes = (label: string): boolean => partitions.length === 0 || partitions.includes(label);
    if (wipes("EPHEMERAL")) {
      if (this.#disks.value.etcd) this.#room.clusters.delete(this.#secrets().authority.certificate);
      this.#keep({ etcd: false });
    }
    if (wipes("STATE")) this.#keep({ configuration: undefined });
    if (reboot) this.reboot();
    else void this.powerOff();
  }

  /** Takes the machine away with all that is on its disks. */
  async remove(): Promise<void> {
    await this.powerOff();
    this.#keep({ configuration: undefined, etcd: false });
  }

  protected override services(): readonly Service[] {
    return this.#room.services(this);
  }

  /** Where etcd was started, so is the cluster, but for once. */
  protected override running(): void {
    if (!this.#disks.value.etcd) return;
    const secrets = this.#secrets();
    const id = secrets.authority.certificate;
    if (this.#room.clusters.has(id)) return;
    const started = this.#room.startCluster(secrets);
    // Whoever asks for the kubeconfig is told.
    started.catch(() => undefined);
    this.#room.clusters.set(id, started);
  }

  #take(mode: ApplyMode, next: Configuration): void {
    clearTimeout(this.#rollback);
    const before = this.configuration;
    if (mode === "TRY") this.#rollback = setTimeout(() => { this.restart(before); }, TRY_MS).unref();
    else this.#keep({ configuration: next.source });
    if (mode === "STAGED") return;
    if (mode !== "REBOOT" && this.phase === "running" && isDeepStrictEqual(servingOf(before), servingOf(next))) this.configuration = next;
    else this.restart(next);
  }

  #onDisk(): Configuration | undefined {
    const { configuration } = this.#disks.value;
    return configuration === undefined ? undefined : readConfiguration(configuration);
  }

  #secrets(): ClusterSecrets {
    if (this.configuration === undefined) throw new RpcError(status.FAILED_PRECONDITION, "the machine has no configuration yet");
    return clusterSecrets(this.configuration);
  }

  #controlPlaneOnly(what: string): void {
    if (!this.isControlPlane) throw new RpcError(status.UNIMPLEMENTED, `${what} is only available on control plane nodes`);
  }

  #keep(change: { configuration?: string | undefined; etcd?: boolean }): void {
    Object.assign(this.#disks.value, change);
    this.#disks.save();
  }
}

/** What the certificate of a machine is made of: only where this changes, a machine that takes up a change at once has to listen anew. */
function servingOf(configuration: Configuration | undefined): unknown {
  const { ca, certSANs } = configuration?.main?.machine ?? {};
  return [ca, certSANs, configuration === undefined ? undefined : hostnameOf(configuration)];
}
