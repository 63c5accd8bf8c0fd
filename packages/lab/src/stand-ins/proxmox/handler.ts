import type { World } from "./world.ts";

/** Parameters of path, query and body, checked. */
export type Args = Readonly<Record<string, string>>;

export interface Caller {
  /** With the token, such as `root@pam!lab`. */
  user: string;
  /** Why a task that this call starts must fail. */
  failTask?: string | undefined;
}

/** Gives what stands under `data`; throws a `Refusal`. */
export type Handler = (world: World, args: Args, caller: Caller) => unknown;
