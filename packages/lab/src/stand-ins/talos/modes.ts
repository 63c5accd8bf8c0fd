import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "./configuration.ts";
import { invalid } from "./rpc-error.ts";

/** As the API calls them. */
export type ApplyMode = "REBOOT" | "AUTO" | "NO_REBOOT" | "STAGED" | "TRY";

/** What a running machine takes up without a reboot; the rest of `machine` it does not. */
const AT_ONCE = "ca acceptedCAs time certSANs install network sysfs sysctls logging controlPlane kubelet kernel registries pods seccompProfiles nodeAnnotations nodeLabels nodeTaints".split(" ");
const FEATURES_AT_ONCE = "kubernetesTalosAPIAccess kubePrism hostDNS imageCache nodeAddressSortAlgorithm".split(" ");

/** The mode that a machine makes of the one that it was asked for, and how it says so. A machine that has no configuration yet never needs a reboot for one. */
export function resolveMode(asked: ApplyMode, current: Configuration | undefined, next: Configuration): { mode: ApplyMode; details: string } {
  const reboots = current !== undefined && needsReboot(current, next);
  if (asked === "STAGED") return { mode: "STAGED", details: "Staged configuration to be applied after the next reboot" };
  if (reboots && (asked === "NO_REBOOT" || asked === "TRY")) throw invalid("this config change can't be applied in immediate mode");
  const mode = asked === "TRY" ? "TRY" : current !== undefined && (reboots || asked === "REBOOT") ? "REBOOT" : "NO_REBOOT";
  return { mode, details: `Applied configuration ${mode === "REBOOT" ? "with" : "without"} a reboot` };
}

function needsReboot(current: Configuration, next: Configuration): boolean {
  return !isDeepStrictEqual(lasting(current), lasting(next));
}

/** What is left of a configuration without all that is taken up at once; documents beside it are. */
function lasting({ raw }: Configuration): unknown {
  const { machine = {}, persist, version } = raw as { machine?: Record<string, unknown>; persist?: unknown; version?: unknown };
  const kept = Object.entries(machine).filter(([key]) => !AT_ONCE.includes(key));
  const features = Object.entries((machine.features ?? {}) as Record<string, unknown>).filter(([key]) => !FEATURES_AT_ONCE.includes(key));
  return { version, persist, machine: { ...Object.fromEntries(kept), features: Object.fromEntries(features) } };
}
