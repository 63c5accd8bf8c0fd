import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APP } from "../config.ts";
import { fileOf } from "../homelab.ts";
import { folders } from "../render.ts";
import { home } from "../rendered.test-data.ts";
import { images } from "./declared.ts";
import { extract, readConfig, type Found } from "./managers.ts";
import { sourcesOf } from "./pins.ts";
import { renovateFolder, rulesOf, type Decision, type Question } from "./renovate.ts";
import { statefulServices } from "./stateful.ts";

const ROOT = join(APP, "../..");
const config = readConfig(ROOT);
const folder = renovateFolder(ROOT);
const found = extract(config, sourcesOf(ROOT));

describe.skipIf(!existsSync(folder))("Renovate itself (skipped until `./rzp updates` has got it)", async () => {
  const rules = existsSync(folder) ? await rulesOf(folder, config) : undefined;
  const decide = async (question: Question): Promise<Decision> => (await rules?.decide(question)) ?? {};
  const about = ({ file, name, datasource }: Found, updateType?: string): Question => ({ manager: "custom.regex", packageFile: file, depName: name, packageName: name, datasource, ...(updateType === undefined ? {} : { updateType }) });

  // Names only: the tags below are what there was once, and need not be what is pinned today.
  const tree = [...images(folders(home)).values()].map((image) => image.slice(0, image.lastIndexOf(":")));
  const inCluster = found.filter(({ datasource }) => ["docker", "helm"].includes(datasource));

  it.each<[image: string, tags: string[], taken: string[]]>([
    ["ghcr.io/home-operations/sonarr:4.0.19.3001", ["4.0.20.3055", "5.0.0.112", "4.0.17.2952", "4.0.20", "4.0", "rolling"], ["4.0.20.3055", "5.0.0.112"]],
    ["ghcr.io/home-operations/home-assistant:2026.8.3", ["2026.8.4", "2026.9.0", "2026.9.0b3", "2026.9", "2025.12.5", "rolling"], ["2026.8.4", "2026.9.0"]],
    ["lscr.io/linuxserver/nzbhydra2:v8.9.0-ls104", ["v8.9.0-ls105", "v8.10.0-ls106", "v9.0.0-ls1", "v8.8.0-ls103", "v8.10.0", "arm64v8-v8.9.0-ls105", "version-v8.10.0", "latest"], ["v8.9.0-ls105", "v8.10.0-ls106", "v9.0.0-ls1"]],
    ["ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie", ["18.7-system-trixie", "19.0-system-trixie", "18.7-minimal-trixie", "18.7-system-bookworm", "18.7", "18.7-202611160813-system-trixie"], ["18.7-system-trixie", "19.0-system-trixie"]],
    ["quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z", ["RELEASE.2025-10-15T17-29-55Z", "RELEASE.2025-07-23T15-54-02Z", "RELEASE.2025-10-15T17-29-55Z-cpuv1", "latest"], ["RELEASE.2025-10-15T17-29-55Z"]],
    ["quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z", ["RELEASE.2025-08-29T21-30-41Z", "RELEASE.2025-08-13T08-35-40Z"], ["RELEASE.2025-08-29T21-30-41Z"]],
    ["docker.io/clickhouse/clickhouse-server:26.3.33.24", ["26.3.34.5", "26.8.2.14", "26.6.1.1193", "26.3.34.5-alpine", "26.3", "latest"], ["26.3.34.5", "26.8.2.14"]],
    ["docker.io/cloudflare/cloudflared:2026.9.3", ["2026.10.0", "2026.10.0-amd64", "2026.9.3-arm64", "latest"], ["2026.10.0"]],
    ["docker.io/library/eclipse-mosquitto:2.0.22", ["2.0.23", "2.1.2-alpine", "2.0-openssl", "2"], ["2.0.23"]],
    ["docker.redpanda.com/redpandadata/redpanda:v25.1.9", ["v25.1.10", "v25.2.1", "v25.2.1-amd64", "v25.3.1-rc1"], ["v25.1.10", "v25.2.1"]],
    ["docker.io/velero/velero-plugin-for-aws:v1.14.2", ["v1.14.3", "v1.15.0-rc.1", "main"], ["v1.14.3"]],
    ["alpine:3.22.1", ["3.22.2", "3.23.0", "3.23", "edge", "20260127"], ["3.22.2", "3.23.0"]],
    ["docker.io/organizr/organizr:latest", ["linux-arm64", "latest", "2.1.2"], []],
    ["ghcr.io/posthog/posthog/capture:master", ["master", "pr-12345"], []],
    ["ghcr.io/siderolabs/kubelet:v1.36.3", ["v1.36.4", "v1.37.0", "v1.36.4-slim", "v1.37.0-alpha.1"], ["v1.36.4"]],
  ])("of %s it takes what is newer and of the same kind, and nothing else", async (image, tags, taken) => {
    const [name, current] = [image.slice(0, image.lastIndexOf(":")), image.slice(image.lastIndexOf(":") + 1)];
    expect([...tree, "ghcr.io/siderolabs/kubelet"]).toContain(name);
    const at = found.find((one) => one.name === name && one.file.startsWith("apps/deploy/")) ?? found.find((one) => one.name === name);
    if (at === undefined) throw new Error(`${name} is not found`);
    const { versioning = "docker", allowedVersions } = await decide(about(at));
    const newer = rules?.newer(versioning, current, tags) ?? [];
    expect(newer.filter((tag) => isAllowed(tag, allowedVersions))).toEqual(taken);
  });

  /** As written in renovate.json5: an expression between slashes, or the end of what is right. */
  const isAllowed = (tag: string, allowed = "/./"): boolean => {
    if (allowed.startsWith("/")) return new RegExp(allowed.slice(1, -1)).test(tag);
    return rules?.newer("docker", tag, [allowed.replace("<", "")]).length === 1;
  };

  it("merges nothing by itself that a cluster runs, whatever the update is", async () => {
    const all = inCluster.flatMap((one) => ["major", "minor", "patch", "pin", "digest", "pinDigest"].map((updateType) => about(one, updateType)));
    const merged = await Promise.all(all.map(async (question) => ((await decide(question)).automerge === true ? [`${question.depName} ${question.updateType ?? ""}`] : [])));
    expect(all.length).toBeGreaterThan(300);
    expect(merged.flat()).toEqual([]);
  });

  it("opens no pull request for a major of what keeps data before somebody asks for it", async () => {
    const stateful = statefulServices(home.context.services);
    const theirs = inCluster.filter(({ file, name }) => stateful.some((facts) => file === fileOf(facts) || facts.images.some((image) => image.startsWith(`${name}:`))));
    expect(theirs.map(({ name }) => name)).toEqual(expect.arrayContaining(["ghcr.io/cloudnative-pg/postgresql", "minio", "harbor", "zitadel", "ghcr.io/home-operations/home-assistant", "docker.io/clickhouse/clickhouse-server"]));
    const decided = await Promise.all(theirs.map(async (one) => [one.name, await decide(about(one, "major"))] as const));
    expect(decided.filter(([, { dependencyDashboardApproval, automerge }]) => dependencyDashboardApproval !== true || automerge !== false)).toEqual([]);
  });

  it("merges what only checks or builds, and groups what moves together", async () => {
    const npm = (name: string, updateType: string): Question => ({ manager: "npm", packageFile: "pnpm-workspace.yaml", depName: name, packageName: name, datasource: "npm", updateType });
    const decisions = (names: readonly string[], type = "minor"): Promise<unknown[]> =>
      Promise.all(names.map(async (name) => {
        const { automerge, groupName } = await decide(npm(name, type));
        return [automerge, groupName];
      }));
    expect(await decisions(["knip", "vitest", "@vitest/eslint-plugin"])).toEqual([[true, undefined], [true, "vitest"], [true, "vitest"]]);
    expect(await decisions(["knip", "vitest"], "major")).toEqual([[false, undefined], [false, "vitest"]]);
    expect(await decisions(["nx", "@nx/js", "@pulumi/pulumi", "@pulumi/cloudflare", "@muhlba91/pulumi-proxmoxve", "zod"])).toEqual([[false, "nx"], [false, "nx"], [false, "pulumi"], [false, "pulumi"], [false, "pulumi"], [false, undefined]]);
  });
});
