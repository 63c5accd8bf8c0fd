/**
 * How Argo CD brings one of our objects up: in its wave, and without a dry run of a kind whose CRD may come with the same sync. Annotations of the
 * caller win, except that sync options add up.
 */
export function syncAnnotations(wave: number, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const options = ["SkipDryRunOnMissingResource=true", own["argocd.argoproj.io/sync-options"]].filter((option) => option !== undefined);
  return { "argocd.argoproj.io/sync-wave": String(wave), ...own, "argocd.argoproj.io/sync-options": options.join(",") };
}
