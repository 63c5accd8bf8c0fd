import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { createGunzip } from "node:zlib";
import { Client, credentials, Metadata, type ChannelCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { extract } from "tar-stream";
import { readKey } from "./certificates.ts";
import { MACHINE_SERVICE, STORAGE_SERVICE } from "./talos-protocol.ts";

type Message = Record<string, unknown>;

/** Lets in by the Talos API, each PEM: what the provider's `clientConfiguration` has in base64. */
export interface TalosCredentials {
  authority: string;
  certificate: string;
  key: string;
}

interface TalosClientArgs {
  /** Address of a machine, with its port. */
  endpoint: string;
  /** Machine that is meant, where it is asked through another one or by another name. */
  node?: string;
  /** What a machine is asked as, once it has a configuration. */
  credentials?: TalosCredentials;
}

/** Speaks to one machine as the Talos provider does: without a certificate while it waits for its first configuration, and with one afterwards. */
export class TalosClient {
  readonly #client: Client;
  readonly #node: string | undefined;

  private constructor(endpoint: string, node: string | undefined, channel: ChannelCredentials) {
    // An address may not be asked for as a name (RFC 6066); Node warns of it. The certificate is held against the address all the same.
    this.#client = new Client(endpoint, channel, { "grpc.ssl_target_name_override": "localhost" });
    this.#node = node;
  }

  /** Asks for the disks without a certificate; who answers that waits for a configuration. */
  static async connect({ endpoint, node, credentials: own }: TalosClientArgs): Promise<TalosClient> {
    const stranger = new TalosClient(endpoint, node, credentials.createSsl(null, null, null, { rejectUnauthorized: false, checkServerIdentity: () => undefined }));
    try {
      await stranger.call(STORAGE_SERVICE, "Disks", {});
      return stranger;
    } catch (error) {
      stranger.close();
      if (own === undefined) throw error;
      return TalosClient.withCertificate({ endpoint, ...(node === undefined ? {} : { node }), credentials: own });
    }
  }

  /** Speaks with a certificate, and trusts nobody but the authority. */
  static withCertificate({ endpoint, node, credentials: own }: TalosClientArgs & { credentials: TalosCredentials }): TalosClient {
    const key = readKey(own.key).export({ type: "pkcs8", format: "pem" });
    const [host = ""] = endpoint.split(":");
    const verify = { checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate) };
    return new TalosClient(endpoint, node, credentials.createSsl(Buffer.from(own.authority), Buffer.from(key), Buffer.from(own.certificate), verify));
  }

  /** Version of the Talos that runs there, such as `v1.13.0`. */
  async version(): Promise<string> {
    const { messages } = (await this.call(MACHINE_SERVICE, "Version", {})) as { messages: [{ version: { tag: string } }] };
    return messages[0].version.tag;
  }

  async applyConfiguration(configuration: string, { mode = "AUTO", dryRun = false }: { mode?: string; dryRun?: boolean } = {}): Promise<{ mode: string; mode_details: string }> {
    const { messages } = await this.call(MACHINE_SERVICE, "ApplyConfiguration", { data: Buffer.from(configuration), mode, dry_run: dryRun });
    const [message] = messages as [{ mode: string; mode_details: string; metadata: { error: string } | null }];
    if ((message.metadata?.error ?? "") !== "") throw new Error(message.metadata?.error);
    return message;
  }

  async bootstrap(): Promise<void> {
    await this.call(MACHINE_SERVICE, "Bootstrap", {});
  }

  /** An administrator's kubeconfig. */
  async kubeconfig(): Promise<string> {
    const chunks = (await this.stream(MACHINE_SERVICE, "Kubeconfig", {})).map(({ bytes }) => bytes as Buffer);
    const archive = Readable.from([Buffer.concat(chunks)]).pipe(createGunzip()).pipe(extract());
    for await (const file of archive) return (await buffer(file)).toString("utf8");
    throw new Error("the machine sent an archive with nothing in it");
  }

  /** @param nodes machines that are all to answer, through this one */
  call(service: ServiceDefinition, name: string, request: Message, nodes: readonly string[] = []): Promise<Message> {
    const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, this.#metadata(nodes), (error, answer) => {
        if (error === null) resolve(answer as Message);
        else reject(error);
      });
    });
  }

  /** All that a stream brings until it ends, or its first messages. */
  async stream(service: ServiceDefinition, name: string, request: Message, first = Infinity): Promise<Message[]> {
    const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, this.#metadata([]));
    const messages: Message[] = [];
    for await (const message of stream) if (messages.push(message as Message) >= first) break;
    return messages;
  }

  close(): void {
    this.#client.close();
  }

  #metadata(nodes: readonly string[]): Metadata {
    const metadata = new Metadata();
    if (nodes.length === 0 && this.#node !== undefined) metadata.add("node", this.#node);
    for (const node of nodes) metadata.add("nodes", node);
    return metadata;
  }
}

function methodOf(service: ServiceDefinition, name: string): ServiceDefinition[string] {
  const method = service[name];
  if (method === undefined) throw new Error(`there is no call ${name}`);
  return method;
}
