import { createHash } from "node:crypto";

/**
 * The MAC address of a machine with that name: always the same one, locally administered and unicast, 46 bits of a SHA-256.
 *
 * It is ours and not Proxmox's because a DHCP reservation, a switch's filter and Talos's own link selectors must be written before the machine
 * exists, and must still fit after it has been replaced; left out, Proxmox would draw a new one each time.
 */
export function macAddress(name: string): string {
  const bytes = createHash("sha256").update(`rzp-mac:${name}`).digest().subarray(0, 6);
  // Second-lowest bit of the first byte set: locally administered; lowest bit clear: unicast (IEEE 802).
  bytes[0] = ((bytes[0] ?? 0) & 0b1111_1100) | 0b0000_0010;
  // Upper case, as Proxmox writes it back.
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}
