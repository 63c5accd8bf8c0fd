import { GitTree, GitTreeError } from "@rzp/gitops";

const tree = new GitTree({ base: ".", roots: ["kubernetes", "docs/reference"], generator: "./rzp render" });

tree.add(
  "kubernetes/apps/media/sonarr",
  [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sonarr", namespace: "media" }, automountServiceAccountToken: false },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "sonarr-config", namespace: "media" }, data: { TZ: "Europe/Zurich" } },
  ],
  { source: "apps/deploy/src/services/apps/media/sonarr.ts", namespace: "media" },
);

tree.addText("docs/reference/sonarr.md", "# Sonarr\n\nListens on port 8989.\n", { source: "apps/deploy/src/docs.ts" });

try {
  const { added, changed, removed } = tree.write();
  process.stdout.write(`${added.length} added, ${changed.length} changed, ${removed.length} removed\n`);
  for (const { path, message } of tree.check()) process.stderr.write(`${path} ${message}\n`);
} catch (error) {
  if (!(error instanceof GitTreeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
