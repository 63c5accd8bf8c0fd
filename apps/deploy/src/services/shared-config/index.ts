import { category, SHARED_CONFIG } from "@rzp/workload/manifests";
import { backupPolicies } from "./backup-policies.ts";
import { ingressRoutes } from "./ingress-routes.ts";
import { networkPolicies } from "./network-policies.ts";
import { secrets } from "./secrets.ts";

export default category(SHARED_CONFIG, {
  "backup-policies": backupPolicies,
  "ingress-routes": ingressRoutes,
  "network-policies": networkPolicies,
  secrets,
});
