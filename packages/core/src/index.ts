export { ArgumentError, didYouMean, nearest, refusal, refuseUnknown, type ArgumentProblem, type Refuse } from "./argument-error.ts";
export { defined, objectId, type Defined, type Json, type KubernetesObject, type ObjectMeta } from "./kubernetes.ts";
export { DNS_LABEL_MAX, dnsLabel, isDnsLabel, isDnsSubdomain, isHostName, stableHash } from "./names.ts";
export { addressAfter, contains, isIpv4, isPublicIpv4, overlaps, parseCidr, parseInterface, parseRange, type AddressRange, type InterfaceAddress, type Network } from "./network.ts";
export { applyTransform, type Transform } from "./transform.ts";
export { parseBytes, parseCpu, parseDuration, type Bytes, type Cpu, type Duration } from "./units.ts";
