import { parseImage, type ServiceFacts } from "@rzp/workload/manifests";
import { ConfigError, show } from "./errors.ts";
import type { Mistake } from "./rules.ts";

/** Digest that stands in a declaration whose image nobody has built yet. */
const UNBUILT = `sha256:${"0".repeat(64)}`;

/** Refuses a service whose image is not there: its pods would wait for it for ever, and nothing here would say why. */
export function checkBuilt(services: readonly ServiceFacts[], fileOf: (service: ServiceFacts) => string): void {
  const mistakes = services.filter(({ images }) => images.some(isUnbuilt)).map((service): Mistake => {
    const message = `is missing, and ${fileOf(service)} names an image that nobody has built. Build and push it, and write 1.0.0@sha256:<what the push said>; or switch the service off: enabled: false`;
    return { path: [...service.category.split("/"), service.name, "imageTag"], message };
  });
  if (mistakes.length > 0) throw new ConfigError("the stack", mistakes, show);
}

function isUnbuilt(reference: string): boolean {
  const image = parseImage(reference, { latest: true });
  return !("problem" in image) && image.digest === UNBUILT;
}
