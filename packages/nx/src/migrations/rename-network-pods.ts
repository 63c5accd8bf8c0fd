import { visitNotIgnoredFiles, type Tree } from "@nx/devkit";
import { renameField } from "../rename-field.ts";

/** `network: { pods: true }` opened a chart to all pods; what is asked for are those behind the routes, on their ports, and it is called so. */
const RENAME = { callees: ["helmWorkload", "HelmWorkload"], path: ["network", "pods"], to: "routes" };

export default function renameNetworkPods(tree: Tree): void {
  visitNotIgnoredFiles(tree, ".", (file) => {
    if (!/\.[cm]?ts$/.test(file)) return;
    const before = tree.read(file, "utf8") ?? "";
    // Parsing every file of a large workspace takes longer than looking for the word.
    if (!RENAME.callees.some((callee) => before.includes(callee))) return;
    const after = renameField(before, RENAME);
    if (after !== before) tree.write(file, after);
  });
}
