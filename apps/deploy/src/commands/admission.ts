import { join } from "node:path";
import { styleText } from "node:util";
import { admitTree, readRendered, type Admission } from "@rzp/lab";
import { APP, loadStack } from "../config.ts";
import { BOOTSTRAP } from "../render.ts";
import { TREE } from "../site.ts";

/** Asks a real API server about every object of the tree as it lies on the disk. */
export async function admission({ stack, json = false, base = join(APP, "../..") }: { stack: string; json?: boolean; base?: string }): Promise<number> {
  const { cluster } = loadStack(stack);
  const result = await admitTree(readRendered(base, [TREE, BOOTSTRAP]), cluster.kubernetes);
  if (json) console.log(JSON.stringify(result, undefined, 2));
  else for (const line of linesOf(result)) console.log(line);
  // Nothing passes without a word: what was not checked is neither accepted nor refused.
  if (result.refusals.length > 0) return 1;
  return result.unchecked.length > 0 ? 2 : 0;
}

/** The result for a person; the last line says all. */
export function linesOf({ kubernetes, kinds, refusals, unchecked, warnings }: Admission): string[] {
  const [accepted, rendered] = [total(kinds.map((kind) => kind.accepted)), total(kinds.map((kind) => kind.rendered))];
  return [
    `kube-apiserver ${kubernetes}: accepted / rendered`,
    ...kinds.map((kind) => `${`${kind.accepted} / ${kind.rendered}`.padStart(11)}  ${kind.kind}`),
    ...warnings.flatMap(({ text, objects }) => ["", styleText("yellow", `warning, ${counted(objects.length, "object")}: ${text}`), `  ${few(objects)}`]),
    ...refusals.flatMap(({ file, id, message }) => ["", `${styleText("red", "refused:")} ${file}: ${id}`, `  ${message}`]),
    ...[...Map.groupBy(unchecked, ({ id, why }) => `${id.split(" ")[0] ?? id}: ${why}`)].flatMap(([what, all]) => ["", `${styleText("yellow", "skipped:")} ${counted(all.length, "object")} of ${what}`]),
    "",
    `${accepted} of ${counted(rendered, "object")} accepted, ${refusals.length} refused, ${unchecked.length} skipped`,
  ];
}

function few(objects: readonly string[]): string {
  return objects.length > 5 ? `${objects.slice(0, 4).join(", ")} and ${objects.length - 4} more` : objects.join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
