import type { Fields } from "./chart.ts";

/** A service that asks for a password, as whoever dials it names it. */
export interface PasswordPeer {
  /** Name of the service. */
  service: string;
  /** Absolute key of the password in the secret store. */
  password: string;
}

export const PASSWORD_PEER: Fields<PasswordPeer> = { service: "required", password: "required" };
