import { schemaOf, type Properties } from "./words.ts";

/** The value that may stand without its name, such as `file` of a disk. */
function defaultKey(properties: Properties): string | undefined {
  return Object.keys(properties).find((name) => name.startsWith("*"))?.slice(1);
}

/** `virtio=BC:24:11:00:00:01,bridge=vmbr0` by name, other names replaced by the one that counts; a text says what is wrong. A comma at the end is allowed. */
export function parsePropertyString(properties: Properties, text: string): Record<string, string> | string {
  const values: Record<string, string> = {};
  for (const part of text.split(",").filter((piece) => piece.trim() !== "")) {
    const split = part.indexOf("=");
    const bare = defaultKey(properties);
    if (split === -1 && (bare === undefined || values[bare] !== undefined)) return bare === undefined ? `value without key, but schema does not define a default key: ${part}` : "duplicate key in comma-separated list property: " + bare;
    const [key, value] = split === -1 ? [bare ?? "", part] : [part.slice(0, split).trim(), part.slice(split + 1).trim()];
    const { alias, keyAlias } = schemaOf(properties[key] ?? "");
    const name = alias ?? key;
    if (values[name] !== undefined) return `duplicate key in comma-separated list property: ${name}`;
    values[name] = value;
    if (keyAlias !== undefined) values[keyAlias] = key;
  }
  return values;
}

/** The other way round, as Proxmox VE prints it: what needs no name first, the rest sorted. */
export function printPropertyString(values: Readonly<Record<string, string | undefined>>, first: string): string {
  const rest = Object.entries(values).flatMap(([name, value]) => (name === first || value === undefined ? [] : [`${name}=${value}`]));
  return [values[first] ?? "", ...rest.sort()].join(",");
}
