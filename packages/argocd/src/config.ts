/**
 * Health of an Application as its parent sees it, in Lua.
 *
 * Without such a check Argo CD does not wait between waves of child Applications at all. The check of Argo CD's own documentation is not enough:
 * it copies `status.health`, and a child whose first sync has failed or has not begun counts as Healthy when its objects have no health of their own.
 * This one also asks that the child is Synced, and calls it Degraded when its last sync ended as Failed or Error.
 */
export const APPLICATION_HEALTH_LUA = `hs = {}
hs.status = "Progressing"
hs.message = "waiting to be synced"
if obj.status == nil then
  return hs
end
local operation = obj.status.operationState
if operation ~= nil and (operation.phase == "Failed" or operation.phase == "Error") then
  hs.status = "Degraded"
  hs.message = operation.message or "the last sync failed"
  return hs
end
if operation ~= nil and operation.phase == "Running" then
  hs.message = "syncing"
  return hs
end
if obj.status.sync ~= nil and obj.status.sync.status == "Synced" and obj.status.health ~= nil and obj.status.health.status ~= nil then
  hs.status = obj.status.health.status
  hs.message = obj.status.health.message or ""
end
return hs
`;

/** Objects that come and go by themselves and that nobody declares; watching them only keeps the controller busy. */
const EXCLUSIONS = `- apiGroups: ["", "discovery.k8s.io"]
  kinds: [Endpoints, EndpointSlice]
- apiGroups: [coordination.k8s.io]
  kinds: [Lease]
- apiGroups: ["", events.k8s.io]
  kinds: [Event]
- apiGroups: [authentication.k8s.io, authorization.k8s.io]
  kinds: ["*"]
- apiGroups: [metrics.k8s.io]
  kinds: ["*"]
`;

/** Argo CD's own settings, as `configs.cm` and `configs.params` of its chart or as the ConfigMaps `argocd-cm` and `argocd-cmd-params-cm`. */
export interface ArgoCdConfig {
  cm: Record<string, string>;
  params: Record<string, string>;
}

export interface ArgoCdConfigArgs {
  /** Address people open, such as `https://argocd.home.example.com`. */
  url: string;
  /** How often git is asked for news; Harness Code has no webhook that Argo CD understands. @default "120s" */
  reconciliation?: string;
}

/** The settings that the rest of this package relies on; the same for the bootstrap, the self-managing Application and a rehearsal. */
export function argoCdConfig({ url, reconciliation = "120s" }: ArgoCdConfigArgs): ArgoCdConfig {
  return {
    cm: {
      url,
      // Argo CD's default since 3.0, written down because another one would lose what is deployed. The annotation names its own object, so a copy of it by
      // an operator counts for nothing; the label of annotation+label tracks nothing and would only overwrite a chart's own.
      "application.resourceTrackingMethod": "annotation",
      "resource.customizations.health.argoproj.io_Application": APPLICATION_HEALTH_LUA,
      "resource.exclusions": EXCLUSIONS,
      "timeout.reconciliation": reconciliation,
    },
    params: {
      // A poisoned manifest cache is forgotten after an hour instead of a day (argoproj/argo-cd#26530).
      "reposerver.repo.cache.expiration": "1h",
      // TLS ends at the ingress controller.
      "server.insecure": "true",
    },
  };
}
