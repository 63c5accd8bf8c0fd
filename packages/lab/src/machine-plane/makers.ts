import type { KubeClient } from "../client.ts";
import { cloudflareMakers } from "./cloudflare.ts";
import { kubernetesMakers, type Release } from "./kubernetes.ts";
import { timed, type Made } from "./made.ts";
import type { Makers } from "./maker.ts";
import { proxmoxMakers } from "./proxmox.ts";
import { talosMakers } from "./talos.ts";

export interface MakersArgs {
  /** Address of Talos' image factory; the other vendors' are in the configuration of their providers. */
  imageFactory: string;
  /** Installs a chart in the cluster, which the lab does not render itself. */
  install: (release: Release, client: KubeClient) => Promise<void>;
  /** Told of each resource that was made. */
  made: (made: Made) => void;
}

/**
 * What stands in for all providers of a homelab where the real ones are not: each type that a homelab has is made by the vendor's documented calls. It is a
 * rehearsal and no engine: all is created once, nothing is compared, changed or deleted, and there is no state.
 */
export function makersOf({ imageFactory, install, made }: MakersArgs): Makers & { close: () => Promise<void> } {
  const kubernetes = kubernetesMakers(install);
  const all: Makers[] = [proxmoxMakers(), talosMakers(imageFactory), cloudflareMakers(), kubernetes];
  const merged = { resources: Object.assign({}, ...all.map(({ resources }) => resources)) as Makers["resources"], invokes: Object.assign({}, ...all.map(({ invokes }) => invokes)) as Makers["invokes"] };
  return { ...timed(merged, made), close: kubernetes.close };
}
