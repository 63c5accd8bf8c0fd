import { category } from "@rzp/workload/manifests";
import { argoCd } from "./argo-cd.ts";
import { certManager } from "./cert-manager.ts";
import { cloudflared } from "./cloudflared.ts";
import { externalSecrets } from "./external-secrets.ts";
import { longhorn } from "./longhorn.ts";
import { metallb } from "./metallb.ts";
import { namespaces } from "./namespaces.ts";
import { traefik } from "./traefik.ts";

export default category("core", {
  "argo-cd": argoCd,
  "cert-manager": certManager,
  cloudflared,
  "external-secrets": externalSecrets,
  longhorn,
  metallb,
  namespaces,
  traefik,
});
