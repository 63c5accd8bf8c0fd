import { parseDuration, type Refuse } from "@rzp/core";

/** Key of a Secret, as the API server allows it. */
export const SECRET_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** Ids as Infisical gives them: a UUID, or 24 hexadecimal digits for projects older than its move to Postgres. */
export const PROJECT_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24})$/i;

// Each read is three calls of the about 200 a minute that Infisical's cloud allows, and 0 would mean once and never again. More than a day hides that
// a store or a key has been broken for as long.
const SHORTEST = 60_000;
const LONGEST = 24 * 3_600_000;

export function checkRefresh(refuse: Refuse, refreshInterval: string): void {
  const milliseconds = parseDuration(refreshInterval);
  if (milliseconds === undefined) refuse("refreshInterval", `"${refreshInterval}" is not a duration`, "Write it as 10m or 1h.");
  else if (milliseconds < SHORTEST) refuse("refreshInterval", `${refreshInterval} is under a minute`, "Each read costs a login: use 1m to 24h, and force-sync for once at once.");
  else if (milliseconds > LONGEST) refuse("refreshInterval", `${refreshInterval} is over a day`, "A rotated value would not arrive: use 1m to 24h.");
}

export function checkWave(refuse: Refuse, wave: number): void {
  if (!Number.isInteger(wave)) refuse("wave", `${wave} is not a whole number`, "Lower waves come first; negative ones are allowed.");
}

/** Checks Infisical's address. A login over plain http would cross the network in clear, so it is for this machine and for the cluster itself only. */
export function checkAddress(refuse: Refuse, path: string, address: string, inCluster: boolean): void {
  if (!URL.canParse(address) || !/^https?:\/\/[^/]/.test(address)) refuse(path, "is not an address", "Write it as https://eu.infisical.com.");
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(address);
  if (username !== "" || password !== "") refuse(path, "has a login in it", "The machine identity is given apart from it.");
  if (search !== "" || hash !== "") refuse(path, "has a query", "Give the address alone.");
  if (pathname !== "/") refuse(path, `ends in ${pathname}`, "Give the address alone; /api is added to it.");
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname) || (inCluster && /\.svc(\.cluster\.local)?$/.test(hostname));
  if (protocol === "http:" && !local) refuse(path, "is http", "The login would cross the network in clear: use https.");
}
