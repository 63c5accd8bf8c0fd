import { ArgoApp, ArgoProject, IN_CLUSTER, ownFolder } from "@rzp/argocd";

const repoURL = "https://git.example.com/homelab.git";

const apps = new ArgoProject("apps", { sourceRepos: [repoURL], destinations: [{ namespace: "media" }] });

export const sonarr = new ArgoApp(
  "sonarr",
  { project: "apps", destination: { server: IN_CLUSTER, namespace: "media" }, source: ownFolder(repoURL, "main", "kubernetes/apps/media/sonarr"), wave: 2 },
  { dependsOn: apps },
);
