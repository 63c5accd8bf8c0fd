import { createHash } from "node:crypto";

/** A zone as it is told to clients. */
export interface Zone {
  id: string;
  name: string;
  account: { id: string; name: string };
}

export interface DnsRecord {
  id: string;
  zone: string;
  name: string;
  type: string;
  content: string;
  proxied: boolean;
  ttl: number;
  settings: Record<string, unknown>;
  comment: string | null;
  tags: string[];
  created_on: string;
  modified_on: string;
  priority?: number | undefined;
  data?: unknown;
}

export interface Tunnel {
  id: string;
  account: string;
  name: string;
  /** Base64 of 32 bytes; half of what `cloudflared` starts with. */
  secret: string;
  config_src: "local" | "cloudflare";
  created_at: string;
  deleted_at: string | null;
  /** Who is connected; changed here, it is so for everybody. */
  connections: unknown[];
  config?: { version: number; value: unknown; created_at: string };
}

/** All that a stand-in must keep. */
export interface CloudflareState {
  zones: Zone[];
  records: DnsRecord[];
  tunnels: Tunnel[];
  /** What the next id is made of. */
  made: number;
}

/** The same name always gives the same id, so that it can be written into a configuration. */
export const idOf = (what: string): string => createHash("md5").update(what).digest("hex");

export function newId(state: CloudflareState): string {
  state.made += 1;
  return idOf(String(state.made));
}

export const now = (): string => new Date().toISOString().replace("Z", "000Z");
