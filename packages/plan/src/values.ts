/**
 * Values as the engine receives them: plain JSON, and a marker where plain JSON is not enough.
 *
 * The SDK sends markers as objects with a signature key; here they are classes, so that nothing that prints or serializes a recording can show a secret.
 */

/** A value as the engine would see it. */
export type RecordedValue = null | boolean | number | string | RecordedValue[] | { [key: string]: RecordedValue } | Secret | Unknown | Asset | ResourceReference;

const MASK = "[secret]";
const inspect = Symbol.for("nodejs.util.inspect.custom");

/** A secret. It prints, inspects and serializes as `[secret]`; only `reveal` shows it. */
export class Secret {
  readonly #value: RecordedValue;

  constructor(value: RecordedValue) {
    this.#value = value;
  }

  /** The value in clear. */
  reveal(): RecordedValue {
    return this.#value;
  }

  /** True when both hide the same value, so that two recordings can be compared without showing it. */
  equals(other: Secret): boolean {
    return JSON.stringify(clear(this.#value)) === JSON.stringify(clear(other.#value));
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect](): string {
    return MASK;
  }
}

/** A value that is known only after something has been made. */
export class Unknown {
  toString(): string {
    return "[unknown]";
  }

  toJSON(): string {
    return "[unknown]";
  }
}

/** The one unknown. */
export const UNKNOWN = new Unknown();

/** A file, a text, a remote file, or an archive of such. A text's content is not shown: it may be long, and it may be anything. */
export class Asset {
  readonly kind: "asset" | "archive";
  /** Where it comes from: a path, a URI, `text`, or the names in an archive. */
  readonly source: string;
  readonly #content: string;

  constructor(kind: "asset" | "archive", source: string, content: string) {
    this.kind = kind;
    this.source = source;
    this.#content = content;
  }

  /** The same content under another source. */
  rename(source: string): Asset {
    return new Asset(this.kind, source, this.#content);
  }

  equals(other: Asset): boolean {
    return this.kind === other.kind && this.source === other.source && this.#content === other.#content;
  }

  toString(): string {
    return `[${this.kind} ${this.source}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Another resource, handed over as a whole. */
export class ResourceReference {
  readonly urn: string;

  constructor(urn: string) {
    this.urn = urn;
  }

  toString(): string {
    return `[resource ${this.urn}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

// From the SDK's runtime/rpc.js; they are part of the protocol and never change.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SIGNATURES = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
} as const;

/** What stands for an unknown on the wire; also the id of a provider that is yet to be made. */
export const UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value from the wire. Keys are sorted: their order says nothing, and registrations race. */
export function decode(value: unknown): RecordedValue {
  if (value === UNKNOWN_SENTINEL) return UNKNOWN;
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return value as boolean | number | string;
  const fields = value as Record<string, unknown>;
  switch (fields[SIGNATURE]) {
    case SIGNATURES.secret:
      return new Secret(decode(fields.value));
    case SIGNATURES.output: {
      const inner = "value" in fields ? decode(fields.value) : UNKNOWN;
      return fields.secret === true ? new Secret(inner) : inner;
    }
    case SIGNATURES.resource:
      return new ResourceReference(String(fields.urn));
    case SIGNATURES.asset:
      return new Asset("asset", assetSource(fields), JSON.stringify(fields));
    case SIGNATURES.archive:
      return new Asset("archive", assetSource(fields), JSON.stringify(fields));
    default:
      return decodeFields(fields);
  }
}

function assetSource({ path, uri, assets }: Record<string, unknown>): string {
  if (typeof path === "string") return path;
  if (typeof uri === "string") return uri;
  return typeof assets === "object" && assets !== null ? `of ${Object.keys(assets).sort().join(", ")}` : "text";
}

/** The fields of an object from the wire. */
export function decodeFields(fields: Record<string, unknown>): Record<string, RecordedValue> {
  return Object.fromEntries(Object.keys(fields).sort().map((key) => [key, decode(fields[key])]));
}

/** A value for the wire; the opposite of `decode` for what an answer may hold. */
export function encode(value: RecordedValue | undefined): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Secret) return { [SIGNATURE]: SIGNATURES.secret, value: encode(value.reveal()) };
  if (value instanceof Unknown) return UNKNOWN_SENTINEL;
  if (value instanceof ResourceReference) return { [SIGNATURE]: SIGNATURES.resource, urn: value.urn };
  if (value instanceof Asset) throw new Error("an answer cannot hold an asset");
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)])) : value;
}

/** True on the wire for a value that is marked secret as a whole. */
export function isEncodedSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SIGNATURES.secret;
}

/** The value with every secret in clear. Only for whoever has to compute with it; never for output. */
export function clear(value: RecordedValue): RecordedValue {
  if (value instanceof Secret) return clear(value.reveal());
  return mapValue(value, clear);
}

/** The value with every leaf made a secret: for what the SDK sends without its marks. */
export function hideLeaves(value: RecordedValue): RecordedValue {
  return isPlainObject(value) || Array.isArray(value) ? mapValue(value, hideLeaves) : value === null || isMarker(value) ? value : new Secret(value);
}

/** Applies `change` to the items of a list or the fields of an object; anything else stays as it is. */
function mapValue(value: RecordedValue, change: (value: RecordedValue) => RecordedValue): RecordedValue {
  if (Array.isArray(value)) return value.map(change);
  return isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)])) : value;
}

/** Calls `visit` for a value and everything inside it, secrets included. */
export function walk(value: RecordedValue, visit: (value: RecordedValue) => void): void {
  visit(value);
  if (value instanceof Secret) walk(value.reveal(), visit);
  else if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (isPlainObject(value)) for (const item of Object.values(value)) walk(item, visit);
}

/** Calls `visit` for every string that stands in the clear. */
export function eachPlainString(value: RecordedValue, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (Array.isArray(value)) for (const item of value) eachPlainString(item, visit);
  else if (isPlainObject(value)) for (const item of Object.values(value)) eachPlainString(item, visit);
}

export function isMarker(value: RecordedValue): value is Secret | Unknown | Asset | ResourceReference {
  return value instanceof Secret || value instanceof Unknown || value instanceof Asset || value instanceof ResourceReference;
}

export function isPlainObject(value: RecordedValue): value is Record<string, RecordedValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isMarker(value);
}
