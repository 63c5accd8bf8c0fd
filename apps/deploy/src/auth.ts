import type { ServiceFacts } from "@rzp/workload/manifests";

/** True where the route asks for a password, because the app behind it has none of its own. */
export function asksForPassword(facts: ServiceFacts): boolean {
  return (facts as ServiceFacts & { auth?: unknown }).auth === "basic";
}
