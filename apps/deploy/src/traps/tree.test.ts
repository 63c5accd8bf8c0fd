import type { KubernetesObject } from "@rzp/core";
import { describe, expect, it } from "vitest";
import { all } from "../rendered.test-data.ts";

const objects = all.flatMap((folder) => folder.objects);

/** One value of the tree. A variable's key is its name. */
interface Leaf {
  path: string;
  key: string;
  value: string;
  beside: Readonly<Record<string, unknown>>;
}

function leaves(value: unknown, path = "", beside: Leaf["beside"] = {}): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => leaves(one, `${path}.${index}`, beside));
  if (typeof value !== "object" || value === null) return [{ path, key: typeof beside.name === "string" && path.endsWith(".value") ? beside.name : (path.split(".").findLast((part) => !/^\d+$/.test(part)) ?? ""), value: String(value), beside }];
  return Object.entries(value).flatMap(([key, inside]) => leaves(inside, `${path}.${key}`, value as Leaf["beside"]));
}

/** Words that were once somebody's default: passwords, keys and the users they belong to. */
const KNOWN = ["Complexpass#123", "root@example.com", "Harbor12345", "not-a-secure-key", "console123", "Password1!", "minioadmin", "11111111-2222-3333", "DummyAuthenticator"];

const isOff = (value: string): boolean => /^(false|0|off|no|none|disabled)$/i.test(value);
const isReason = ({ path }: Leaf): boolean => path.startsWith(".metadata.annotations.");
const isTelemetry = ({ path, key }: Leaf): boolean => /telemetry|analytics|anonymoususage|usagemetrics|metric_enabled|checknewversion|crash_?reports/i.test(`${path.split(".").slice(-2).join(".")} ${key}`);
const isImage = ({ key, value }: Leaf): boolean => (/^(image|imageName)$/.test(key) && value.includes("/")) || key === "tag";

/** What may stand nowhere in the tree, each with how it is told. */
const FORBIDDEN: Readonly<Record<string, (leaf: Leaf) => boolean>> = {
  "a Secret": ({ key, value, beside }) => key === "kind" && value === "Secret" && ["apiVersion", "data", "stringData"].some((field) => field in beside),
  "a known password": ({ value }) => KNOWN.some((word) => value.includes(word)),
  "an image without its digest": (leaf) => isImage(leaf) && !/@sha256:[0-9a-f]{64}$/.test(leaf.value) && !/^sha256:[0-9a-f]{64}$/.test(String(leaf.beside.digest)),
  "latest without a digest": (leaf) => !isReason(leaf) && /(^|:)latest([^@\w-]|$)/.test(leaf.value),
  "telemetry that is on": (leaf) => (isTelemetry(leaf) && !isOff(leaf.value)) || (/opt_?out/i.test(leaf.key) && isOff(leaf.value)) || /stats\.drone\.ci|<send_crash_reports><enabled>(?!false)/.test(leaf.value),
  "a way in without a login": ({ key, path, value }) =>
    /allow_anonymous\s+true|AuthSubnetWhitelistEnabled=true|LocalHostAuth=false/.test(value) ||
    (/anonymous/i.test(path.split(".").slice(-2).join(".")) && value === "true") ||
    (/AUTH__?METHOD$/.test(key) && /^(External|None)$/i.test(value)) ||
    (key.endsWith("authenticator_class") && /dummy|null|nobody/i.test(value)),
  "a port of every node": ({ key, value }) => key === "type" && value === "NodePort",
};

function slips(inside: readonly KubernetesObject[]): string[] {
  return inside.flatMap((object) => leaves(object).flatMap((leaf) => Object.entries(FORBIDDEN).flatMap(([what, is]) => (is(leaf) ? [`${object.kind} ${object.metadata.name}: ${what}: ${leaf.path.slice(1)} ${leaf.value}`] : []))));
}

describe("nowhere in the tree", () => {
  const all = objects.flatMap((object) => leaves(object));

  it.each(Object.keys(FORBIDDEN))("is %s", (what) => {
    expect(slips(objects).filter((slip) => slip.includes(`: ${what}: `))).toEqual([]);
  });

  it("is latest without a reason, whatever its digest", () => {
    const latest = objects.filter((object) => leaves(object).some((leaf) => isImage(leaf) && leaf.value.includes(":latest@")));
    expect(latest.map(({ metadata }) => metadata.name)).toContain("organizr");
    expect(latest.filter(({ metadata }) => metadata.annotations?.["rzp.dev/allows-latest-tag"] === undefined)).toEqual([]);
  });

  it("looks at what is there: images, switches of telemetry, and the one list of users that is read from a file", () => {
    expect(all.filter(isImage).length).toBeGreaterThan(20);
    expect(all.filter(isTelemetry).map(({ path }) => path.split(".").slice(-2).join("."))).toEqual(
      expect.arrayContaining(["config.ZO_TELEMETRY", "Telemetry.Enabled", "features.telemetryEnabled", "global.sendAnonymousUsage", "defaultSettings.allowCollectingLonghornUsageMetrics"]),
    );
    expect(all.filter(({ value }) => value.includes("allow_anonymous false"))).toHaveLength(1);
  });
});

describe("what may stand nowhere is found where it stands", () => {
  const chart = (values: object): KubernetesObject => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name: "app" }, spec: { source: { helm: { valuesObject: values } } } });
  const pod = (container: object): KubernetesObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "app" }, spec: { containers: [container] } });
  const file = (text: string): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app" }, data: { "app.conf": text } });

  it.each<[string, KubernetesObject]>([
    ["a Secret", { apiVersion: "v1", kind: "Secret", metadata: { name: "app" } }],
    ["a Secret", chart({ extraObjects: [{ kind: "Secret", stringData: { password: "x" } }] })],
    ["a known password", chart({ zitadel: { Password: "Password1!" } })],
    ["a known password", pod({ args: ["--user=root@example.com"] })],
    ["a known password", chart({ harborAdminPassword: "Harbor12345" })],
    ["a known password", chart({ secretKey: "not-a-secure-key" })],
    ["a known password", chart({ users: [{ accessKey: "console", secretKey: "console123" }] })],
    ["a known password", chart({ auth: { ZO_ROOT_USER_PASSWORD: "Complexpass#123" } })],
    ["a known password", file("api key = 11111111-2222-3333-4444-555555555555")],
    ["an image without its digest", pod({ image: "docker.io/library/nginx:1.29.0" })],
    ["an image without its digest", pod({ image: `docker.io/library/nginx:1.29.0@sha256:${"0".repeat(63)}` })],
    ["an image without its digest", chart({ image: { repository: "nginx", tag: "1.29.0" } })],
    ["latest without a digest", chart({ image: { repository: "nginx", tag: "latest" } })],
    ["latest without a digest", chart({ helper: "docker.io/library/nginx:latest" })],
    ["telemetry that is on", chart({ config: { ZO_TELEMETRY: "true" } })],
    ["telemetry that is on", chart({ Telemetry: { Enabled: true } })],
    ["telemetry that is on", pod({ env: [{ name: "TAUTULLI_SYSTEM_ANALYTICS", value: "1" }] })],
    ["telemetry that is on", pod({ env: [{ name: "GITNESS_METRIC_ENABLED", value: "true" }] })],
    ["telemetry that is on", pod({ env: [{ name: "OPT_OUT_CAPTURE", value: "false" }] })],
    ["telemetry that is on", pod({ env: [{ name: "METRIC_ENDPOINT", value: "https://stats.drone.ci/api/v1/gitness" }] })],
    ["telemetry that is on", file("<send_crash_reports><enabled>true</enabled></send_crash_reports>")],
    ["a way in without a login", file("listener 1883\nallow_anonymous true\n")],
    ["a way in without a login", file("WebUI\\AuthSubnetWhitelistEnabled=true\n")],
    ["a way in without a login", chart({ configs: { cm: { "users.anonymous.enabled": "true" } } })],
    ["a way in without a login", pod({ env: [{ name: "SONARR__AUTH__METHOD", value: "External" }] })],
    ["a way in without a login", chart({ hub: { config: { JupyterHub: { authenticator_class: "dummy" } } } })],
    ["a port of every node", { apiVersion: "v1", kind: "Service", metadata: { name: "app" }, spec: { type: "NodePort" } }],
    ["a port of every node", chart({ service: { type: "NodePort" } })],
  ])("%s (%#)", (what, object) => {
    expect(slips([object]).filter((slip) => slip.includes(`: ${what}: `))).toHaveLength(1);
  });

  it("and what is right is not", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const right = [pod({ image: `nginx/nginx:latest@${digest}`, env: [{ name: "OPT_OUT_CAPTURE", value: "true" }] }), chart({ image: { tag: "1.29.0", digest }, global: { sendAnonymousUsage: false }, secret: { kind: "Secret", name: "by-reference" } })];
    expect(slips(right)).toEqual([]);
  });
});
