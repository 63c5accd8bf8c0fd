import { ArgumentError } from "@rzp/core";

/** Throws the ArgumentError of one service. */
export type Refuse = (path: string, problem: string, expected?: string) => never;

export function refuser(component: string, name: string): Refuse {
  return (path, problem, expected) => {
    throw new ArgumentError(component, name, { path, problem, ...(expected === undefined ? {} : { expected }) });
  };
}

/** Shortest text that can be a reason. */
export const REASON_MIN = 10;

export function isReason(text: string): boolean {
  return text.trim().length >= REASON_MIN;
}
