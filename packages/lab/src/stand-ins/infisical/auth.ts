import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import type { InfisicalState, Token } from "./state.ts";

/** As a machine identity has them unless somebody sets others: three wrong logins, each within half a minute of the one before, lock it for five minutes. */
const LOCKOUT = { threshold: 3, resetMs: 30_000, durationMs: 300_000 };

export const LOGIN = z.object({ clientId: z.string().trim(), clientSecret: z.string().trim() });
export const TOKEN = z.object({ accessToken: z.string().trim() });

interface Access {
  accessToken: string;
  expiresIn: number;
  accessTokenMaxTTL: number;
  tokenType: "Bearer";
}

export function login(state: InfisicalState, { clientId, clientSecret }: z.infer<typeof LOGIN>, ttl: number): Access {
  const identity = state.identities[clientId];
  if (identity === undefined) throw new Refusal(401, "Invalid credentials");
  const locked = identity.wrong >= LOCKOUT.threshold;
  if (Date.now() - identity.wrongAt > (locked ? LOCKOUT.durationMs : LOCKOUT.resetMs)) identity.wrong = 0;
  else if (locked) throw new Refusal(401, "This identity auth method is temporarily locked, please try again later");
  if (clientSecret !== identity.clientSecret) {
    identity.wrong += 1;
    identity.wrongAt = Date.now();
    throw new Refusal(401, "Invalid credentials");
  }
  identity.wrong = 0;
  // Three parts, as a client that looks at one expects of a JWT; nothing can be read out of it.
  const accessToken = [12, 48, 24].map((bytes) => randomBytes(bytes).toString("base64url")).join(".");
  state.tokens[accessToken] = { clientId, issuedAt: Date.now(), revoked: false };
  return access(accessToken, ttl);
}

/** The same token for as long again. */
export function renew(state: InfisicalState, { accessToken }: z.infer<typeof TOKEN>, ttl: number): Access {
  check(state, accessToken, ttl).issuedAt = Date.now();
  return access(accessToken, ttl);
}

export function revoke(state: InfisicalState, { accessToken }: z.infer<typeof TOKEN>, ttl: number): { message: string } {
  check(state, accessToken, ttl).revoked = true;
  return { message: "Successfully revoked access token" };
}

/** Lets nobody in without a token that is good now. */
export function authenticate(state: InfisicalState, authorization: string | undefined, ttl: number): void {
  if (authorization === undefined) throw new Refusal(401, "Token missing");
  check(state, authorization.replace(/^Bearer /, ""), ttl);
}

function check(state: InfisicalState, accessToken: string, ttl: number): Token {
  const token = state.tokens[accessToken];
  if (token === undefined) throw new Refusal(403, "The provided access token is malformed. Please use a valid token or generate a new one and try again.");
  if (token.revoked) throw new Refusal(401, "You are not allowed to access this resource");
  if (Date.now() >= token.issuedAt + ttl * 1000) throw new Refusal(403, EXPIRED);
  return token;
}

export const EXPIRED = "Your token has expired. Please re-authenticate.";

const access = (accessToken: string, ttl: number): Access => ({ accessToken, expiresIn: ttl, accessTokenMaxTTL: ttl, tokenType: "Bearer" });
