import { Refusal } from "../refusal.ts";
import type { Answer, Call } from "../server.ts";
import { page, success } from "./answers.ts";
import { idOf, type CloudflareState, type Zone } from "./state.ts";

const SINCE = "2026-01-01T00:00:00.000000Z";

export function zoneCalled({ zones }: CloudflareState, id = ""): Zone {
  const zone = zones.find((one) => one.id === id);
  if (zone === undefined) throw new Refusal(404, "Invalid zone identifier", { code: 1001 });
  return zone;
}

export function accountCalled({ zones }: CloudflareState, id = ""): Zone["account"] {
  const zone = zones.find(({ account }) => account.id === id);
  if (zone === undefined) throw new Refusal(404, "Invalid account identifier", { code: 7003 });
  return zone.account;
}

const told = ({ id, name, account }: Zone): object => ({
  id,
  name,
  status: "active",
  paused: false,
  type: "full",
  development_mode: 0,
  name_servers: ["anna.ns.cloudflare.com", "bob.ns.cloudflare.com"],
  original_name_servers: null,
  original_registrar: null,
  original_dnshost: null,
  modified_on: SINCE,
  created_on: SINCE,
  activated_on: SINCE,
  meta: { step: 2, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
  owner: { id: null, type: "user", email: null },
  account,
  tenant: { id: null, name: null },
  tenant_unit: { id: null },
  permissions: ["#zone:read"],
  plan: { id: idOf("free"), name: "Free Website", price: 0, currency: "USD", frequency: "", is_subscribed: false, can_subscribe: false, legacy_id: "free", legacy_discount: false, externally_managed: false },
});

export function listZones({ zones }: CloudflareState, { query }: Call): Answer {
  const found = zones.filter(({ name, account }) => (query.name ?? name) === name && (query["account.id"] ?? account.id) === account.id);
  return page(found.map(told), { per_page: "20", ...query });
}

export const showZone = (state: CloudflareState, { params }: Call): Answer => success(told(zoneCalled(state, params.zone)));

const accountTold = (account: Zone["account"]): object => ({ ...account, type: "standard", settings: { enforce_twofactor: false }, created_on: SINCE });

export function listAccounts({ zones }: CloudflareState, { query }: Call): Answer {
  const accounts = new Map(zones.map(({ account }) => [account.id, account]));
  return page([...accounts.values()].filter(({ name }) => (query.name ?? name) === name).map(accountTold), { per_page: "20", ...query });
}

export const showAccount = (state: CloudflareState, { params }: Call): Answer => success(accountTold(accountCalled(state, params.account)));
