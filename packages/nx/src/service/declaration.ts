import { identifier } from "./index-file.ts";

/** What a declaration says, checked. */
export interface Declared {
  name: string;
  purpose?: string | undefined;
  upstream?: string | undefined;
  /** Exactly one of both. */
  image?: string;
  chart?: { repoURL: string; name: string; version: string };
  port?: number | undefined;
  health?: string | undefined;
  host?: string | false | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  secrets?: readonly string[] | undefined;
  volumes?: Readonly<Record<string, { size: string; mountPath: string }>> | undefined;
  /** Folders of the media library; with them it is a media app. */
  media?: readonly string[] | undefined;
  internet?: boolean | undefined;
}

/** The file of a declaration, in the way of its neighbours: one field a line, only what differs from a default. */
export function declaration({ name, chart, media, volumes = {}, env = {}, secrets = [], ...rest }: Declared): string {
  const kind = chart !== undefined ? "helmWorkload" : media !== undefined ? "mediaApp" : "workload";
  const fields: [string, unknown][] = [
    ["purpose", rest.purpose],
    ["upstream", rest.upstream],
    ["chart", chart],
    ["image", rest.image],
    // The port of a chart's route is that of a Service which only the chart knows.
    ...(chart !== undefined ? [] : ([["port", rest.port], ["health", rest.health], ["host", rest.host]] as [string, unknown][])),
    ["library", media?.length === 0 ? undefined : media],
    ["env", some(env)],
    ["secrets", secrets.length === 0 ? undefined : secrets],
    ["volumes", some(Object.fromEntries(Object.entries(volumes).map(([volume, args]) => [volume, { ...args, backup: "daily" }])))],
    ["internet", rest.internet === true ? true : undefined],
  ];
  const lines = fields.filter(([, value]) => value !== undefined).map(([key, value]) => `  ${key}: ${literal(value)},`);
  return `import { ${kind} } from "@rzp/${media !== undefined ? "media" : "workload"}/manifests";\n\nexport const ${identifier(name)} = ${kind}({\n${lines.join("\n")}\n});\n`;
}

function some<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([key, item]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: ${literal(item)}`).join(", ")} }`;
}
