import { category, type Declaration, type ServiceFacts } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import { metallbChart, type ChartArgs } from "./index.ts";

/** A chart, and the least it must be told beside its version. */
interface Row {
  required: object;
  facts: (change?: object) => ServiceFacts | undefined;
}

function row<A extends ChartArgs>(chart: (args: A) => Declaration, required: Omit<A, keyof ChartArgs>): Row {
  const facts = (change: object = {}): ServiceFacts | undefined => category("core", { it: chart({ version: "9.8.7", ...required, ...change } as A) }).services[0]?.facts;
  return { required, facts };
}

const CHARTS: Readonly<Record<string, Row>> = {
  metallbChart: row(metallbChart, {}),
};

describe.each(Object.entries(CHARTS))("%s", (component, { required, facts }) => {
  it("is of the version that the homelab names, and says what it is for", () => {
    expect(facts()?.chart?.version).toBe("9.8.7");
    expect(facts()?.purpose).toMatch(/\.$/);
    expect(facts({ purpose: "Mine." })?.purpose).toBe("Mine.");
  });

  it("refuses an argument that it does not know, and names the nearest", () => {
    expect(() => facts({ versoin: "1" })).toThrow(`${component} "it": versoin is no argument here. Did you mean "version"?`);
  });

  it.each(["version", ...Object.keys(required)])("refuses to be without %s before it makes anything of it", (name) => {
    expect(() => facts({ [name]: undefined })).toThrow(`${component} "it": ${name} is missing.`);
  });
});
