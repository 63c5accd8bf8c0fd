import { category, type Declaration } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import { metallbChart } from "./index.ts";

const CHARTS: readonly [string, (args: { version: string; purpose?: string }) => Declaration][] = [["metallb", metallbChart]];

describe.each(CHARTS)("%s", (name, chart) => {
  const factsOf = (declaration: Declaration) => category("core", { [name]: declaration }).services[0]?.facts;

  it("is of the version that the homelab names, and says what it is for", () => {
    const facts = factsOf(chart({ version: "9.8.7" }));
    expect(facts?.chart?.version).toBe("9.8.7");
    expect(facts?.purpose).toMatch(/\.$/);
    expect(factsOf(chart({ version: "9.8.7", purpose: "Mine." }))?.purpose).toBe("Mine.");
  });

  it("refuses an argument that it does not know", () => {
    expect(() => factsOf(chart({ version: "9.8.7", versoin: "1" } as never))).toThrow("versoin");
  });
});
