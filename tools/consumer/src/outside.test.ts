import { describe, expect, it } from "vitest";
import { isUnreachable } from "./outside.ts";

describe("an installation that failed", () => {
  it.each<[what: string, output: string, unreachable: boolean]>([
    ["for want of a network", " ERR_PNPM_META_FETCH_FAIL  GET https://registry.example.com/zod: request failed, reason: getaddrinfo ENOTFOUND registry.example.com", true],
    ["because the check's own registry does not answer", "Progress: resolved 12\n ERR_PNPM_META_FETCH_FAIL  GET http://127.0.0.1:41234/@rzp%2Fcore: request failed, reason: connect ECONNREFUSED 127.0.0.1:41234", false],
    ["because peers do not fit", " ERR_PNPM_PEER_DEP_ISSUES  Unmet peer dependencies", false],
  ])("%s", (_what, output, unreachable) => {
    expect(isUnreachable(output)).toBe(unreachable);
  });
});
