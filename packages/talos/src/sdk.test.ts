import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as talos from "@pulumiverse/talos";
import { record } from "@rzp/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { homelab } from "./homelab.test-data.ts";
import { TalosCluster, TalosImage } from "./index.ts";

// Observed on the real provider 0.8.1.
const FACTS = resolve(process.env.RZP_LAB_FACTS ?? resolve(import.meta.dirname, "../../../../shared/facts"), "talos-provider.md");
const hasFacts = existsSync(FACTS);

describe("the SDK", () => {
  let seen: Awaited<ReturnType<typeof record>>;
  beforeAll(async () => {
    const urls = { installer: "i", diskImage: "d.raw.xz" };
    const call = (): Record<string, unknown> => ({ urls, machineConfiguration: "machine: {}", talosConfig: "context: x" });
    seen = await record(() => new TalosCluster("homelab", { ...homelab, image: new TalosImage("image", { version: "v1.13.9" }) }), { call });
  });
  const custom = (): (typeof seen)["resources"] => seen.resources.filter(({ type }) => !type.startsWith("rzp:"));

  // The stand-in and the real package must both pass this file: it is what a swap may rely on.
  it("registers with the provider's version and secret marks", () => {
    expect([...new Set(custom().map(({ options }) => options.version))]).toEqual(["0.8.1"]);
    const marks = new Map(custom().map(({ type, options }) => [type, options.additionalSecretOutputs]));
    expect(Object.fromEntries(marks)).toEqual({
      "talos:imageFactory/schematic:Schematic": [],
      "talos:machine/secrets:Secrets": [],
      "talos:machine/configurationApply:ConfigurationApply": ["clientConfigurationWo", "machineConfiguration", "machineConfigurationInput", "machineConfigurationInputWo"],
      "talos:machine/bootstrap:Bootstrap": ["clientConfigurationWo"],
      "talos:cluster/kubeconfig:Kubeconfig": ["kubeconfigRaw"],
    });
  });

  it("makes a configuration secret, whoever hands it over", async () => {
    const { find } = await record(() => new talos.machine.ConfigurationApply("a", { node: "10.0.20.11", machineConfigurationInput: "machine: {}" }));
    expect(find("talos:machine/configurationApply:ConfigurationApply").secretInputs).toEqual(["machineConfigurationInput"]);
  });

  it.skipIf(!hasFacts)(`uses only tokens and inputs that the real provider has (needs ${hasFacts ? "shared/facts" : "shared/facts, which is not here"})`, () => {
    const shapes = readFileSync(FACTS, "utf8").split("## 4. Shapes")[1]?.split("## 5.")[0] ?? "";
    const used = [...custom(), ...seen.calls.map(({ token, inputs }) => ({ type: token, inputs }))];
    const unknown = used.flatMap(({ type, inputs }) => {
      const declared = shapes.split(`"${type}"`)[1]?.split(/\n"talos:/)[0];
      if (declared === undefined) return [type];
      return Object.keys(inputs).filter((field) => !new RegExp(`\\b${field}\\?? ?:`).test(declared)).map((field) => `${type}.${field}`);
    });
    expect(used.length).toBeGreaterThan(8);
    expect(unknown).toEqual([]);
  });
});
