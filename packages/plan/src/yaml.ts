import { isMarker, isPlainObject, type RecordedValue } from "./values.ts";

/** How values are written for a person: like YAML, one line where it fits. */
export interface LineOptions {
  /** Columns that a line may take. */
  width: number;
  /** Keep multi-line strings and long lines whole, and each field on a line of its own. */
  full: boolean;
}

/** `key: value` lines of the fields, nested ones indented by two; short fields stand side by side, as many as fit, unless everything is wanted. */
export function fieldLines(fields: Record<string, RecordedValue>, options: LineOptions): string[] {
  const rows: string[] = [];
  let open = false;
  for (const [key, value] of Object.entries(fields)) {
    const lines = entryLines(`${text(key)}:`, value, options);
    const joined = `${rows.at(-1) ?? ""} · ${lines[0] ?? ""}`;
    const fits = open && lines.length === 1 && joined.length <= options.width;
    if (fits) rows[rows.length - 1] = joined;
    else rows.push(...lines);
    open = !options.full && lines.length === 1;
  }
  return rows;
}

// `label` is `key:` or `-`.
function entryLines(label: string, value: RecordedValue, options: LineOptions): string[] {
  const oneLine = `${label} ${inline(value)}`;
  const nested = { ...options, width: options.width - 2 };
  if (typeof value === "string" && value.includes("\n")) {
    const lines = value.replace(/\n+$/, "").split("\n").map(text);
    if (options.full) return [`${label} |`, ...lines.map((line) => `  ${line}`)];
    const size = ` (${lines.length} lines)`;
    return [cut(`${label} | ${lines.map((line) => line.trim()).join(" ")}`, options.width - size.length) + size];
  }
  if (oneLine.length <= options.width && !hasLines(value)) return [oneLine];
  if (Array.isArray(value)) return [label, ...indent(value.flatMap((item) => entryLines("-", item, nested)))];
  if (isPlainObject(value)) {
    const lines = fieldLines(value, nested);
    return label === "-" ? [`- ${lines[0] ?? ""}`, ...indent(lines.slice(1))] : [label, ...indent(lines)];
  }
  return [options.full ? oneLine : cut(oneLine, options.width)];
}

function inline(value: RecordedValue): string {
  if (isMarker(value)) return text(value.toString());
  if (typeof value === "string") return value === "" || value !== value.trim() ? text(JSON.stringify(value)) : text(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (isPlainObject(value)) {
    const fields = Object.entries(value).map(([key, item]) => `${text(key)}: ${inline(item)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return String(value);
}

function hasLines(value: RecordedValue): boolean {
  if (typeof value === "string") return value.includes("\n");
  return Array.isArray(value) ? value.some(hasLines) : isPlainObject(value) && Object.values(value).some(hasLines);
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** At most `width` columns, the last of them an ellipsis when something is missing. */
export function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1)).toWellFormed().replace(/\uFFFD$/, "")}…`;
}

/** Text that a terminal shows and does not obey. */
export function text(value: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
