import { Address4 } from "ip-address";

/** Everything one wants to know of an IPv4 network in CIDR notation. */
export interface Network {
  /** As written, such as `10.0.20.0/24`. */
  cidr: string;
  /** Length of the prefix in bits. */
  prefix: number;
  /** First and last address, both inclusive. */
  first: string;
  last: string;
}

/** An address and the network it lies in, as an interface has them. */
export interface InterfaceAddress {
  /** Without the prefix, such as `10.0.20.11`. */
  address: string;
  network: Network;
}

/** An inclusive range of IPv4 addresses. */
export interface AddressRange {
  first: string;
  last: string;
}

/** True for an IPv4 address without a prefix. */
export function isIpv4(address: string): boolean {
  return !address.includes("/") && Address4.isValid(address);
}

// Go's parser, and so Kubernetes' and Talos', takes no leading zero.
const PREFIXED = /\/(\d|[1-9]\d)$/;

/** The network of a CIDR, or undefined when it is none or has host bits set (`10.0.0.5/24`). */
export function parseCidr(cidr: string): Network | undefined {
  if (!PREFIXED.test(cidr) || !Address4.isValid(cidr)) return undefined;
  const parsed = new Address4(cidr);
  const first = parsed.startAddress().correctForm();
  if (first !== parsed.correctForm()) return undefined;
  return { cidr, prefix: parsed.subnetMask, first, last: parsed.endAddress().correctForm() };
}

/** An interface's address with its prefix (`10.0.20.11/24`), or undefined when it is none or is the network's own or broadcast address. */
export function parseInterface(text: string): InterfaceAddress | undefined {
  if (!PREFIXED.test(text) || !Address4.isValid(text)) return undefined;
  const parsed = new Address4(text);
  const address = parsed.correctForm();
  const network = parseCidr(`${parsed.startAddress().correctForm()}/${parsed.subnetMask}`);
  if (network === undefined) return undefined;
  // A /31 and a /32 have no network and broadcast address of their own (RFC 3021).
  return network.prefix < 31 && (address === network.first || address === network.last) ? undefined : { address, network };
}

/** A range written as `first-last`, a CIDR, or one address; undefined when it is none of them. */
export function parseRange(text: string): AddressRange | undefined {
  const [first, last, ...rest] = text.split("-");
  if (first !== undefined && last !== undefined && rest.length === 0) {
    return isIpv4(first) && isIpv4(last) && toNumber(first) <= toNumber(last) ? { first, last } : undefined;
  }
  return isIpv4(text) ? { first: text, last: text } : parseCidr(text);
}

/** True when the address lies in the range, its ends included. */
export function contains(range: AddressRange, address: string): boolean {
  const value = toNumber(address);
  return toNumber(range.first) <= value && value <= toNumber(range.last);
}

/** True when the two ranges share an address. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return toNumber(a.first) <= toNumber(b.last) && toNumber(b.first) <= toNumber(a.last);
}

/** The n-th address after this one. */
export function addressAfter(address: string, n: number): string {
  return Address4.fromBigInt(toNumber(address) + BigInt(n)).correctForm();
}

const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
].map((cidr) => parseCidr(cidr) as Network);

/** True for an address that the public internet routes: not private, shared, loopback, link-local, documentation or multicast (RFC 6890). */
export function isPublicIpv4(address: string): boolean {
  return isIpv4(address) && !NOT_PUBLIC.some((network) => contains(network, address));
}

function toNumber(address: string): bigint {
  return new Address4(address).bigInt();
}
