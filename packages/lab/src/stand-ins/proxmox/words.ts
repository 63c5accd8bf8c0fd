/**
 * What one value may be, in words parted by spaces: a type (`boolean`, `integer`, `number`; else a text), the name of a format, a range (`1..`, `0..128`), a length (`<=40`),
 * `/a pattern/`, choices (`a|b`, a single one as `a|`), and `!` where it must not be left out. `=file` is another name of `file`; `=macaddr@model` too, and says the model at once.
 */
export type Words = string;
/** Values of a property string, such as `virtio=MAC,bridge=vmbr0`. The one whose name begins with `*` may stand without its name. */
export type Properties = Readonly<Record<string, Words>>;
/** By name; `net[n]` stands for `net0`, `net1` and so on. */
export type Parameters = Readonly<Record<string, Words | Properties>>;

export interface Schema {
  type: "boolean" | "integer" | "number" | "string";
  required: boolean;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  choices?: string[];
  alias?: string;
  keyAlias?: string;
}

export function schemaOf(words: Words): Schema {
  const schema: Schema = { type: "string", required: false };
  for (const word of words.split(" ")) {
    const range = /^(\d*)\.\.(\d*)$/.exec(word);
    if (word === "!") schema.required = true;
    else if (word === "boolean" || word === "integer" || word === "number" || word === "string") schema.type = word;
    else if (word.startsWith("/")) schema.pattern = word.slice(1, -1);
    else if (word.startsWith("<=")) schema.maxLength = Number(word.slice(2));
    else if (word.startsWith("=")) [schema.alias, schema.keyAlias] = word.slice(1).split("@") as [string, string];
    else if (range !== null) {
      if (range[1] !== "") schema.minimum = Number(range[1]);
      if (range[2] !== "") schema.maximum = Number(range[2]);
    } else if (word.includes("|")) schema.choices = word.split("|").filter((choice) => choice !== "");
    else schema.format = word;
  }
  return schema;
}
