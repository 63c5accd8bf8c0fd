import type { ServiceFacts } from "@rzp/workload/manifests";

/** Services whose data a new version may change for good: those with a volume, those whose data is in somebody's database, and what runs the databases. */
export function statefulServices(services: readonly ServiceFacts[]): ServiceFacts[] {
  const databases = services.filter(({ managedBy }) => managedBy !== undefined);
  const names = new Set(databases.flatMap(({ name, managedBy }) => [name, managedBy]));
  return services.filter(({ name, volumes, needs }) => volumes.length > 0 || names.has(name) || needs.some((one) => names.has(one)));
}
