import { Asset, isPlainObject, ResourceReference, Secret, walk, type RecordedValue } from "./values.ts";

/** Shorter secrets are not looked for in text: half the words would contain them. The Pulumi command line draws the same line. */
const MIN_IN_TEXT = 3;

/** From this length on a secret of the program is looked for in inputs, too; shorter ones, such as "admin", would make a plan unreadable. */
const MIN_IN_VALUES = 12;

/**
 * Finds secrets where nothing marks them: in a log line, in an error, in an input that the program made of a secret by hand.
 *
 * Marks are enough for what comes through `pulumi.secret`; this is the second line of defence.
 */
export class Redactor {
  readonly #fromConfig = new Set<string>();
  readonly #fromProgram = new Set<string>();
  readonly #suspected = new Set<string>();
  #inText: RegExp | undefined;
  #inValues: RegExp | undefined;

  /** @param config values of secret configuration keys; the leaves of a structured one are secrets, too */
  constructor(config: Iterable<string> = []) {
    for (const value of config) {
      this.#fromConfig.add(value);
      try {
        this.add(JSON.parse(value) as RecordedValue);
      } catch {
        // a plain value
      }
    }
  }

  /** Remembers every string and number inside a secret. */
  add(secret: RecordedValue): void {
    walk(secret, (value) => {
      if (typeof value === "string" || typeof value === "number") this.#fromProgram.add(String(value));
    });
    this.#inText = this.#inValues = undefined;
  }

  /** Remembers every secret anywhere inside a value. */
  learn(value: RecordedValue): void {
    walk(value, (part) => {
      if (part instanceof Secret) this.add(part.reveal());
    });
  }

  /** Remembers the strings of an invoke's arguments, which come without their marks; those that also stand in the clear somewhere are no secrets. */
  suspect(args: RecordedValue, plain: ReadonlySet<string>): void {
    walk(args, (value) => {
      if (typeof value === "string" && !plain.has(value)) this.#suspected.add(value);
    });
    this.#inText = undefined;
  }

  /** Text without any secret in it. */
  text(text: string): string {
    this.#inText ??= pattern([...this.#fromConfig, ...this.#fromProgram, ...this.#suspected], MIN_IN_TEXT);
    return text.replace(this.#inText, "[secret]");
  }

  /** A name, a URN or an input without the secrets that are unmistakable. */
  string(text: string): string {
    this.#inValues ??= pattern([...this.#fromConfig, ...[...this.#fromProgram].filter(({ length }) => length >= MIN_IN_VALUES)], MIN_IN_TEXT);
    return text.replace(this.#inValues, "[secret]");
  }

  value(value: RecordedValue): RecordedValue {
    if (typeof value === "string") return this.string(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (isPlainObject(value)) return this.fields(value);
    if (value instanceof ResourceReference) return new ResourceReference(this.string(value.urn));
    if (value instanceof Asset) return value.rename(this.string(value.source));
    return value;
  }

  fields(fields: Record<string, RecordedValue>): Record<string, RecordedValue> {
    return Object.fromEntries(Object.entries(fields).map(([key, item]) => [this.string(key), this.value(item)]));
  }
}

// One pass with the longest first: a replacement is never replaced again, and a secret that contains another goes as a whole.
function pattern(secrets: readonly string[], min: number): RegExp {
  const forms = secrets.filter(({ length }) => length >= min).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed()), Buffer.from(secret).toString("base64")]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return longestFirst.length === 0 ? /(?!)/g : new RegExp(longestFirst.map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)).join("|"), "g");
}
