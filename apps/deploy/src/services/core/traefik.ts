import { traefikChart } from "@rzp/charts";
import { SECURITY_HEADERS } from "../../site.ts";

export const traefik = traefikChart({
  version: "41.3.0",
  // Every route's address on the home network.
  address: "10.0.20.200",
  // ingress-routes makes it.
  middlewares: [SECURITY_HEADERS],
  replicas: 2,
  needs: ["metallb", "cert-manager"],
});
