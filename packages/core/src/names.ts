import { createHash } from "node:crypto";

/** Longest DNS label: RFC 1123, and so the longest name of a Kubernetes Service, namespace or label value. */
export const DNS_LABEL_MAX = 63;

/** Shortest limit of {@link dnsLabel}: a letter, a dash and the hash. */
const SHORTEST_MAX = 10;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** True for a DNS-1123 label: 1 to 63 characters of a-z, 0-9 and `-`, with a letter or digit at both ends. */
export function isDnsLabel(name: string): boolean {
  return name.length <= DNS_LABEL_MAX && DNS_LABEL.test(name);
}

/** True for a DNS-1123 subdomain: labels of any length joined by dots, 253 characters at most. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => DNS_LABEL.test(label));
}

/** True for a host name: a subdomain of at least two labels, none longer than 63, and the last one not a number, or it would be read as an address (RFC 3696). */
export function isHostName(name: string): boolean {
  return isDnsSubdomain(name) && /\.[^.]*[^.\d][^.]*$/.test(name) && name.split(".").every(isDnsLabel);
}

/**
 * A DNS-1123 label made of the given parts.
 *
 * Parts that already are labels are joined by `-` as they are. As soon as anything has to be dropped (a foreign character, a length over
 * `max`), eight hexadecimal digits of a SHA-256 over the parts are appended, so that what was dropped cannot make two names one. The dash is no border:
 * `["a", "b-c"]` and `["a-b", "c"]` are both `a-b-c`; use it where one part alone varies, or where the parts before the last hold no dash.
 *
 * @param max Longest result, 10 to 63; more for names that are no DNS labels but should look like one.
 */
export function dnsLabel(parts: readonly string[], max: number = DNS_LABEL_MAX): string {
  if (!Number.isInteger(max) || max < SHORTEST_MAX) throw new RangeError(`A label of at most ${max} characters has no room for its hash: use ${SHORTEST_MAX} or more.`);
  const joined = parts.join("-");
  if (parts.every((part) => DNS_LABEL.test(part) && !looksHashed(part)) && joined.length <= max) return joined;
  const hash = stableHash(parts);
  const readable = joined
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, max - hash.length - 1)
    .replace(/^-+|-+$/g, "");
  return readable === "" ? `x-${hash}` : `${readable}-${hash}`;
}

/** Eight hexadecimal digits that depend on the parts and on nothing else. */
export function stableHash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 8);
}

// A part that ends like one of our own hashes is hashed again, or it could be mistaken for a shortened name.
function looksHashed(part: string): boolean {
  return /(^|-)[0-9a-f]{8}$/.test(part);
}
