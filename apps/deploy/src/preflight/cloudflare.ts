import { z } from "zod";
import { Unread, type Problem } from "./check.ts";
import { askJson, type Vendor } from "./http.ts";
import type { EngineState } from "./state.ts";
import { isKnown, TYPES, type PublicName, type Wanted } from "./wanted.ts";

const CLOUDFLARE = "https://api.cloudflare.com/client/v4";

const result = <Schema extends z.ZodType>(schema: Schema): z.ZodType<z.output<Schema>> => z.object({ result: schema }).transform((whole) => (whole as { result: z.output<Schema> }).result);
const RECORDS = result(z.array(z.object({ name: z.string(), type: z.string(), content: z.string().optional() })));
const TUNNEL = z.object({ id: z.string(), name: z.string(), deleted_at: z.string().nullish() });
const TUNNELS = result(z.array(TUNNEL));

export type ActualRecord = z.output<typeof RECORDS>[number];
export type ActualTunnel = z.output<typeof TUNNEL>;

/** Plain reads of Cloudflare. What a token may change cannot be read; that it may read the same things can. */
export class CloudflareReads {
  readonly #vendor: Vendor;
  readonly #ids: { accountId: string; zoneId: string };

  constructor(url: string = CLOUDFLARE, token: string, ids: { accountId: string; zoneId: string }) {
    const denied = "CLOUDFLARE_API_TOKEN is wrong, has expired, or lacks Zone:DNS:Edit and Account:Cloudflare Tunnel:Edit (bootstrap/argocd/README.md).";
    this.#vendor = {
      check: "cloudflare",
      called: "Cloudflare",
      url: url.replace(/\/$/, ""),
      headers: { authorization: `Bearer ${token}` },
      secret: token,
      remedies: { 400: denied, 401: denied, 403: denied, 404: "There is no such zone or account: look at homelab:cloudflare.zoneId and accountId in the stack." },
    };
    this.#ids = ids;
  }

  records(): Promise<readonly ActualRecord[]> {
    return askJson(this.#vendor, `/zones/${this.#ids.zoneId}/dns_records?per_page=5000`, RECORDS);
  }

  /** Those that were deleted, too: Cloudflare keeps telling of them. */
  tunnels(): Promise<readonly ActualTunnel[]> {
    return askJson(this.#vendor, `/accounts/${this.#ids.accountId}/cfd_tunnel?per_page=1000`, TUNNELS);
  }

  /** Undefined where Cloudflare does not know it any more. */
  async tunnel(id: string): Promise<ActualTunnel | undefined> {
    try {
      return await askJson(this.#vendor, `/accounts/${this.#ids.accountId}/cfd_tunnel/${id}`, result(TUNNEL));
    } catch (error) {
      if (error instanceof Unread && error.status === 404) return undefined;
      throw error;
    }
  }
}

export interface NameFacts {
  wanted: Pick<Wanted, "records" | "tunnels">;
  state: Pick<EngineState, "resources"> | undefined;
  records: readonly ActualRecord[];
  tunnels: readonly ActualTunnel[];
  stack: string;
}

/** Types of records of which a name has one kind, or answers with addresses that are not ours. */
const ADDRESSES = ["A", "AAAA", "CNAME"];

/** Every DNS name and the tunnel's name is free or ours, and our tunnel was not deleted: a refresh does not see that. */
export function nameProblems(facts: NameFacts): Problem[] {
  const { wanted, state } = facts;
  // Without a state what is there may be ours: only what stands in the way is worth a word.
  const isOurs = (one: PublicName): boolean => state !== undefined && isKnown(one, state.resources);
  return [...wanted.records.filter((one) => !isOurs(one)).flatMap((one) => recordProblem(one, facts)), ...wanted.tunnels.filter((one) => !isOurs(one)).flatMap((one) => tunnelProblem(one, facts)), ...deletedTunnels(facts)];
}

function recordProblem({ name }: PublicName, { records, state }: NameFacts): Problem[] {
  const there = records.find((record) => record.name === name && ADDRESSES.includes(record.type));
  if (there === undefined) return [];
  return [{ problem: `${name} has a record already (${there.type} ${there.content ?? ""}).`, remedy: "Delete it in Cloudflare if nobody needs it, or give the service another host in the stack.", unsure: state === undefined }];
}

function tunnelProblem({ name }: PublicName, { tunnels, state }: NameFacts): Problem[] {
  const there = tunnels.some((tunnel) => tunnel.name === name && (tunnel.deleted_at ?? "") === "");
  if (!there) return [];
  return [{ problem: `There is a tunnel "${name}" already.`, remedy: "Delete it in Cloudflare if nobody needs it, or write another name under homelab:cloudflare.tunnel.", unsure: state === undefined }];
}

function deletedTunnels({ state, tunnels, stack }: NameFacts): Problem[] {
  const known = (state?.resources ?? []).filter(({ type }) => type === TYPES.tunnel);
  return known.flatMap(({ urn, id }) => {
    const deleted = tunnels.find((tunnel) => tunnel.id === id)?.deleted_at ?? "";
    if (deleted === "") return [];
    return [{ problem: `The tunnel of the state was deleted in Cloudflare (${deleted}), and no refresh notices that.`, remedy: `pulumi -C apps/deploy state unprotect '${urn}' --stack ${stack}, then ./rzp up --stack ${stack} --replace '${urn}' --skip "names: the tunnel is made anew"; its new token goes into the store.` }];
  });
}
