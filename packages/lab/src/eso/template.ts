import { didYouMean } from "@rzp/core";

/** The functions that templates of this homelab call. */
const FUNCTIONS: Readonly<Record<string, (value: string) => string>> = {
  // As Go escapes a query: what encodeURIComponent leaves alone, too.
  urlquery: (value) => encodeURIComponent(value).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll("%20", "+"),
  b64enc: (value) => Buffer.from(value).toString("base64"),
  b64dec: (value) => Buffer.from(value, "base64").toString("utf8"),
  quote: (value) => JSON.stringify(value),
  trim: (value) => value.trim(),
};

/** Puts values into a Go template: `{{ .KEY }}` and `{{ .KEY | function }}` and no more of the language. Of anything else it says that it cannot. */
export function render(template: string, values: Readonly<Record<string, string>>, name: string): string {
  return template.replaceAll(/(\s*)\{\{(-?)\s*(.*?)\s*(-?)\}\}(\s*)/gs, (_, before: string, trimBefore: string, action: string, trimAfter: string, after: string) => {
    return `${trimBefore === "-" ? "" : before}${valueOf(action, values, name)}${trimAfter === "-" ? "" : after}`;
  });
}

function valueOf(action: string, values: Readonly<Record<string, string>>, name: string): string {
  const [operand = "", ...functions] = action.split("|").map((part) => part.trim());
  const key = /^\.([_a-zA-Z]\w*)$/.exec(operand)?.[1];
  if (key === undefined) throw new Error(`unable to execute template at key ${name}: the lab renders {{ .KEY | function }} only, and this is {{ ${action} }}`);
  const value = values[key];
  if (value === undefined) throw new Error(`unable to execute template at key ${name}: map has no entry for key "${key}"`);
  return functions.reduce((result, called) => {
    const apply = FUNCTIONS[called];
    if (apply === undefined) throw new Error(`unable to parse template at key ${name}: function "${called}" not defined in the lab. ${didYouMean(called, Object.keys(FUNCTIONS))}`);
    return apply(result);
  }, value);
}
