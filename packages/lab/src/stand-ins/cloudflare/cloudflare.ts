import type { HTTPMethod } from "find-my-way";
import type { Fault } from "../faults.ts";
import { Refusal } from "../refusal.ts";
import { serve, type Answer, type Call, type Route, type StandIn, type StandInArgs } from "../server.ts";
import { State } from "../state.ts";
import { refuse } from "./answers.ts";
import { createRecord, deleteRecord, listRecords, patchRecord, replaceRecord, showRecord } from "./dns.ts";
import { idOf, type CloudflareState } from "./state.ts";
import { Tokens, type LabToken, type Permission } from "./tokens.ts";
import { createTunnel, deleteTunnel, listTunnels, patchTunnel, replaceConfig, showConfig, showToken, showTunnel } from "./tunnels.ts";
import { listAccounts, listZones, showAccount, showZone } from "./zones.ts";

export interface CloudflareArgs extends StandInArgs {
  /** Names of zones; their ids follow from them. @default ["example.com"] */
  zones?: readonly string[];
  /** Name of the account that has them. @default home */
  account?: string;
  /** @default one, `CLOUDFLARE_LAB_TOKEN`, that may do everything */
  tokens?: readonly LabToken[];
}

export interface Cloudflare extends StandIn {
  /** What is there: changed here, it is changed for everybody. */
  state: CloudflareState;
}

export const CLOUDFLARE_LAB_TOKEN = "lab-0000000000000000000000000000000000000";

const FAULTS: Readonly<Record<string, Fault>> = {
  "token-expired": { status: 403, code: 9109, message: "Invalid access token" },
  "rate-limit": { status: 429, code: 971, message: "Please wait and consider throttling your request speed" },
  "record-taken": { on: "POST /zones/*/dns_records", status: 400, code: 81_057, message: "Record already exists." },
  "tunnel-taken": { on: "POST /accounts/*/cfd_tunnel", status: 409, code: 1013, message: "You already have a tunnel with this name." },
  down: { status: 500, message: "internal" },
};

type Handler = (state: CloudflareState, call: Call) => Answer;

const [ZONE, ACCOUNT] = ["/zones/{zone}", "/accounts/{account}"];
const [RECORDS, TUNNELS] = [`${ZONE}/dns_records`, `${ACCOUNT}/cfd_tunnel`];
const [RECORD, TUNNEL] = [`${RECORDS}/{record}`, `${TUNNELS}/{tunnel}`];

const CALLS: readonly (readonly [HTTPMethod, string, Permission, Handler])[] = [
  ["GET", "/accounts", "Account Read", listAccounts],
  ["GET", ACCOUNT, "Account Read", showAccount],
  ["GET", "/zones", "Zone Read", listZones],
  ["GET", ZONE, "Zone Read", showZone],
  ["GET", RECORDS, "DNS Read", listRecords],
  ["POST", RECORDS, "DNS Write", createRecord],
  ["GET", RECORD, "DNS Read", showRecord],
  ["PUT", RECORD, "DNS Write", replaceRecord],
  ["PATCH", RECORD, "DNS Write", patchRecord],
  ["DELETE", RECORD, "DNS Write", deleteRecord],
  ["GET", TUNNELS, "Tunnel Read", listTunnels],
  ["POST", TUNNELS, "Tunnel Write", createTunnel],
  ["GET", TUNNEL, "Tunnel Read", showTunnel],
  ["PATCH", TUNNEL, "Tunnel Write", patchTunnel],
  ["DELETE", TUNNEL, "Tunnel Write", deleteTunnel],
  ["GET", `${TUNNEL}/token`, "Tunnel Write", showToken],
  ["GET", `${TUNNEL}/configurations`, "Tunnel Read", showConfig],
  ["PUT", `${TUNNEL}/configurations`, "Tunnel Write", replaceConfig],
];

/** Cloudflare on the loopback: zones that are there from the start, their DNS records, and tunnels. */
export async function startCloudflare({ zones = ["example.com"], account = "home", tokens: given = [{ secret: CLOUDFLARE_LAB_TOKEN }], ...args }: CloudflareArgs = {}): Promise<Cloudflare> {
  const owner = { id: idOf(account), name: account };
  const state = new State<CloudflareState>(args.folder, "cloudflare", { zones: zones.map((name) => ({ id: idOf(name), name, account: owner })), records: [], tunnels: [], made: 0 });
  const tokens = new Tokens(given);
  const verify = (path: string): Route => ({ method: "GET", path, open: true, handle: (call) => tokens.verify(call) });
  const vendor = {
    name: "cloudflare",
    base: "/client/v4",
    routes: [...CALLS.map((line) => routeOf(state.value, tokens, line)), verify("/user/tokens/verify"), verify(`${ACCOUNT}/tokens/verify`)],
    unknown: () => new Refusal(400, "No route for that URI", { code: 7000 }),
    authenticate: (call: Call) => {
      tokens.of(call);
    },
    refuse,
    faults: FAULTS,
    save: () => {
      state.save();
    },
  };
  return { ...(await serve(vendor, args)), state: state.value };
}

function routeOf(state: CloudflareState, tokens: Tokens, [method, path, permission, handle]: (typeof CALLS)[number]): Route {
  return {
    method,
    path,
    handle: (call) => {
      tokens.check(call, permission);
      return handle(state, call);
    },
  };
}
