import { LineCounter, parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { DOCUMENTS, MAIN, unknownPart, type Keys } from "./known-keys.ts";
import { invalid } from "./rpc-error.ts";

const text = z.string();
const pair = z.object({ crt: text.optional(), key: text.optional() });
const image = z.object({ image: text.optional() });

const SHAPE = z.object({
  persist: z.boolean().optional(),
  machine: z
    .object({
      type: text.default(""),
      ca: pair.optional(),
      acceptedCAs: z.array(pair).default([]),
      certSANs: z.array(text).default([]),
      kubelet: image.optional(),
      network: z
        .object({
          hostname: text.optional(),
          interfaces: z
            .array(
              z.object({
                interface: text.optional(),
                deviceSelector: z.object({ hardwareAddr: text.optional() }).loose().optional(),
                addresses: z.array(text).default([]),
                routes: z.array(z.object({ network: text.optional(), gateway: text.optional() })).default([]),
                dhcp: z.boolean().optional(),
                ignore: z.boolean().optional(),
                vip: z.object({ ip: text.default("") }).optional(),
              }),
            )
            .default([]),
        })
        .optional(),
      install: z.object({ disk: text.default(""), diskSelector: z.object({}).loose().optional(), image: text.optional(), extraKernelArgs: z.array(text).default([]), grubUseUKICmdline: z.boolean().default(false) }).optional(),
      features: z.object({ hostDNS: z.object({ enabled: z.boolean().optional(), forwardKubeDNSToHost: z.boolean().optional() }).optional() }).optional(),
      nodeLabels: z.record(text, text).default({}),
    })
    .optional(),
  cluster: z
    .object({
      id: text.default(""),
      secret: text.default(""),
      clusterName: text.default(""),
      controlPlane: z.object({ endpoint: text.default("") }).optional(),
      network: z.object({ cni: z.object({ name: text.default("") }).optional() }).optional(),
      ca: pair.optional(),
      aggregatorCA: pair.optional(),
      serviceAccount: z.object({ key: text.optional() }).optional(),
      apiServer: image.optional(),
      controllerManager: image.optional(),
      scheduler: image.optional(),
      etcd: z.object({ ca: pair.optional() }).optional(),
      discovery: z.object({ enabled: z.boolean().default(true), registries: z.object({ service: z.object({ disabled: z.boolean().default(false) }).optional() }).optional() }).optional(),
    })
    .optional(),
});

const BESIDE = z.looseObject({ apiVersion: text, kind: text, name: text.optional(), hostname: text.optional(), auto: text.optional() });

export type Main = z.output<typeof SHAPE>;
export type Document = z.output<typeof BESIDE>;

/** A machine configuration: the document that has no kind, and those beside it. */
export interface Configuration {
  /** As it was sent. */
  source: string;
  main: Main | undefined;
  /** The main document with all that is in it. */
  raw: Readonly<Record<string, unknown>>;
  documents: readonly Document[];
}

/** Reads a configuration as strictly as a machine: all documents known, none twice, and no key that nobody knows. */
export function readConfiguration(source: string): Configuration {
  const lines = new LineCounter();
  const configuration: Configuration & { documents: Document[] } = { source, main: undefined, raw: {}, documents: [] };
  const seen = new Set<string>();
  const parsed = parseAllDocuments(source, { lineCounter: lines, logLevel: "silent" });
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const [error] = document.errors;
    if (error !== undefined) throw invalid(`decode error: yaml: ${error.message.split("\n")[0] ?? ""}`);
    const value = document.toJS() as unknown;
    if (value === null) continue;
    const { line } = lines.linePos(document.contents?.range[0] ?? 0);
    if (typeof value !== "object" || Array.isArray(value)) throw invalid(`expected a YAML document at line ${line}`);
    const { apiVersion = "", kind = "v1alpha1", name = "" } = value as Record<string, string | undefined>;
    const id = `${apiVersion}/${kind}/${name}`;
    if (seen.has(id)) throw invalid(`duplicate document ${id} is not allowed (line ${line})`);
    seen.add(id);
    const isMain = !("kind" in value);
    const decoded = decode(value, { isMain, apiVersion, kind }, `error decoding document ${id} (line ${line})`);
    if (isMain) Object.assign(configuration, { main: decoded, raw: value });
    else configuration.documents.push(decoded as Document);
  }
  if (seen.size === 0) throw invalid("config not found");
  return configuration;
}

function decode(value: object, { isMain, apiVersion, kind }: { isMain: boolean; apiVersion: string; kind: string }, problem: string): Main | Document {
  if (isMain && !["machine", "cluster", "debug", "persist"].some((key) => key in value)) throw invalid(`${problem}: missing kind`);
  if (!isMain && apiVersion === "") throw invalid(`${problem}: missing apiVersion`);
  const known: Keys | undefined = isMain ? MAIN : apiVersion === "v1alpha1" ? DOCUMENTS[kind] : undefined;
  if (known === undefined) throw invalid(`${problem}: "${kind}" "${apiVersion}": not registered`);
  const { success, data, error } = (isMain ? SHAPE : BESIDE).safeParse(value);
  if (!success) throw invalid(`${problem}: yaml: unmarshal errors:\n${error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`).join("\n")}`);
  const unknown = unknownPart(value, known);
  if (unknown !== undefined) throw invalid(`${problem}: unknown keys found during decoding:\n${stringify(unknown, { indent: 4, lineWidth: 0 })}`);
  return data;
}

/** What the machine is called; undefined where it names itself. */
export function hostnameOf({ main, documents }: Configuration): string | undefined {
  return documents.find(({ kind }) => kind === "HostnameConfig")?.hostname ?? main?.machine?.network?.hostname;
}

/** A field of the configuration that holds PEM; Talos writes it in base64. */
export function pem(field: string | undefined): string {
  return Buffer.from(field ?? "", "base64").toString("utf8");
}
