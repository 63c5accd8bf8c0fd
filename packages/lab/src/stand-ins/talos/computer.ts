import { randomUUID } from "node:crypto";
import { isIPv4 } from "node:net";
import { makeAuthority, type Identity } from "../../certificates.ts";
import { hostnameOf, pem, type Configuration } from "./configuration.ts";
import { listen, type Listener, type Service } from "./listener.ts";
import type { Trust } from "./trust.ts";

/** What a machine is while it is on: it listens as the configuration that it was started with says. */
export abstract class Computer {
  readonly address: string;
  port: number;
  /** A worker that was given its configuration is `booting` until a control plane signs its certificate. */
  phase: "off" | "booting" | "maintenance" | "running" = "off";
  /** Changes with each boot. */
  bootId = "";
  /** Why it is off, where nobody switched it off. */
  problem: string | undefined;
  /** What it runs with now; undefined in maintenance mode. */
  configuration: Configuration | undefined;
  readonly #trust: Trust;
  #listener: Listener | undefined;
  /** Counts what it was last told to do, so that what was begun before ends without effect. */
  #turn = 0;

  constructor(address: string, port: number, trust: Trust) {
    this.address = address;
    this.port = port;
    this.#trust = trust;
  }

  /** What it answers to calls. */
  protected abstract services(): readonly Service[];

  /** Called each time that it runs with a configuration. */
  protected abstract running(): void;

  get hostname(): string {
    return (this.configuration === undefined ? undefined : hostnameOf(this.configuration)) ?? `talos-${this.address.replaceAll(".", "-")}`;
  }

  get isControlPlane(): boolean {
    return ["controlplane", "init"].includes(this.configuration?.main?.machine?.type ?? "");
  }

  async powerOff(): Promise<void> {
    this.#turn += 1;
    this.phase = "off";
    this.configuration = undefined;
    await this.#listener?.close();
    this.#listener = undefined;
  }

  /** Ends all connections in the middle of what they do, and listens again. */
  cut(): void {
    this.#listener?.cut();
    this.restart(this.configuration);
  }

  /** As it goes down it still answers what it was asked; nobody waits until it is up again. */
  protected restart(configuration: Configuration | undefined): void {
    this.start(configuration).catch((error: unknown) => {
      this.#fail(error);
    });
  }

  /** A worker is on when this is done, but answers later, when a control plane does. */
  protected async start(configuration: Configuration | undefined): Promise<void> {
    const turn = (this.#turn += 1);
    this.bootId = randomUUID();
    this.phase = "booting";
    const old = this.#listener;
    this.#listener = undefined;
    await old?.close();
    if (turn !== this.#turn) return;
    this.configuration = configuration;
    if (configuration === undefined) {
      // Nobody trusts it, and nobody is asked to.
      await this.#listen(await (await makeAuthority("talos")).server("maintenance-service.talos.dev", [this.address]), undefined, turn);
      return;
    }
    const joined = this.#join(configuration, turn);
    if (this.isControlPlane) await joined;
    else
      joined.catch((error: unknown) => {
        this.#fail(error);
      });
  }

  async #join({ main }: Configuration, turn: number): Promise<void> {
    const { ca, certSANs = [] } = main?.machine ?? {};
    const authority = await this.#trust.authority({ certificate: pem(ca?.crt), key: pem(ca?.key) });
    if (turn !== this.#turn) return;
    const hosts = new Set([this.address, ...(isIPv4(this.hostname) ? [] : [this.hostname]), ...certSANs, "localhost", "127.0.0.1"]);
    await this.#listen(await authority.server(this.hostname, [...hosts]), authority.certificate, turn);
    if (this.phase === "running") this.running();
  }

  async #listen(identity: Identity, clients: string | undefined, turn: number): Promise<void> {
    if (turn !== this.#turn) return;
    const listener = await listen(this.address, this.port, identity, clients, this.services());
    if (turn !== this.#turn) return listener.close();
    this.#listener = listener;
    this.port = listener.port;
    this.phase = this.configuration === undefined ? "maintenance" : "running";
  }

  #fail(error: unknown): void {
    this.problem = (error as Error).message;
    this.phase = "off";
  }
}
