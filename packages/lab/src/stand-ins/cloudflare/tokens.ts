import { Refusal } from "../refusal.ts";
import type { Answer, Call } from "../server.ts";
import { success } from "./answers.ts";
import { idOf } from "./state.ts";

export type Permission = "Account Read" | "Zone Read" | "DNS Read" | "DNS Write" | "Tunnel Read" | "Tunnel Write";

/** An API token, sent as `Authorization: Bearer <secret>`. */
export interface LabToken {
  /** 40 to 80 letters, digits, `-` and `_`: other ones the provider refuses by itself. */
  secret: string;
  /** What it may do, everywhere; who may write may read. @default everything */
  permissions?: readonly Permission[];
  /** RFC 3339. @default never */
  expiresOn?: string;
}

export class Tokens {
  readonly #tokens: readonly LabToken[];

  constructor(tokens: readonly LabToken[]) {
    this.#tokens = tokens;
  }

  /** Whose call it is. */
  of({ headers }: Call): LabToken {
    const { authorization } = headers;
    if (authorization === undefined) throw new Refusal(400, "Missing X-Auth-Key, X-Auth-Email or Authorization headers", { code: 9106 });
    const token = this.#tokens.find(({ secret }) => authorization === `Bearer ${secret}`);
    if (token === undefined || isOver(token)) throw new Refusal(403, "Invalid access token", { code: 9109 });
    return token;
  }

  /** Refuses a call that its token may not make. */
  check(call: Call, permission: Permission): void {
    const { permissions } = this.of(call);
    if (permissions !== undefined && !permissions.includes(permission) && !permissions.includes(permission.replace("Read", "Write") as Permission)) throw new Refusal(403, "Authentication error", { code: 10_000 });
  }

  /** Says of a token whether it is good, and is the only call that does so of one that is not. */
  verify({ headers }: Call): Answer {
    const token = this.#tokens.find(({ secret }) => headers.authorization === `Bearer ${secret}`);
    if (token === undefined) throw new Refusal(401, "Invalid API Token", { code: 1000 });
    const status = isOver(token) ? "expired" : "active";
    const messages = [{ code: 10_000, message: `This API Token is ${status === "active" ? "valid and active" : "expired"}`, type: null }];
    return success({ id: idOf(token.secret), status, ...(token.expiresOn === undefined ? {} : { expires_on: token.expiresOn }) }, { messages });
  }
}

const isOver = ({ expiresOn }: LabToken): boolean => expiresOn !== undefined && Date.parse(expiresOn) < Date.now();
