import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Tree } from "@nx/devkit";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import { afterEach, describe, expect, it } from "vitest";
import service, { type ServiceSchema } from "./generator.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const SERVICES = "apps/deploy/src/services";
const INDEX = `${SERVICES}/apps/dev-tools/index.ts`;
const CHART: ServiceSchema = { name: "gitea", category: "apps/dev-tools", chart: "oci://docker.gitea.com/charts/gitea@12.4.0" };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function workspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  tree.write(INDEX, 'import { category } from "@rzp/workload/manifests";\nimport { harbor } from "./harbor.ts";\nimport { portainer } from "./portainer.ts";\n\nexport default category("apps/dev-tools", { harbor, portainer });\n');
  tree.write(`${SERVICES}/apps/dev-tools/harbor.ts`, "export const harbor = 1;\n");
  tree.write(`${SERVICES}/index.ts`, 'import type { Category } from "@rzp/workload/manifests";\nimport devTools from "./apps/dev-tools/index.ts";\nimport core from "./core/index.ts";\n\nexport const categories: readonly Category[] = [core, devTools];\n');
  return tree;
}

const written = (tree: Tree): string[] => tree.listChanges().map(({ path }) => path).sort();

async function registry(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a new service", () => {
  it("that is known needs a name and a tag with its digest", async () => {
    const tree = workspace();
    await service(tree, { name: "linkding", image: `1.45.0@${DIGEST}` });
    expect(tree.read(`${SERVICES}/apps/dev-tools/linkding.ts`, "utf8")).toBe(`import { workload } from "@rzp/workload/manifests";

export const linkding = workload({
  purpose: "Keeps bookmarks.",
  upstream: "https://linkding.link",
  image: "docker.io/sissbruecker/linkding:1.45.0@${DIGEST}",
  port: 9090,
  health: "/health",
  volumes: { data: { size: "1Gi", mountPath: "/etc/linkding/data", backup: "daily" } },
});
`);
    expect(tree.read(INDEX, "utf8")).toBe('import { category } from "@rzp/workload/manifests";\nimport { harbor } from "./harbor.ts";\nimport { linkding } from "./linkding.ts";\nimport { portainer } from "./portainer.ts";\n\nexport default category("apps/dev-tools", { harbor, linkding, portainer });\n');
  });

  it("that nobody knows says all of it, in a folder of its own", async () => {
    const tree = workspace();
    await service(tree, { name: "my-app", category: "apps/own", newCategory: true, image: `ghcr.io/me/app:1@${DIGEST}`, port: 80, health: "tcp", host: "false", volumes: ["data:1Gi:/data"], secrets: ["TOKEN"] });
    expect(tree.read(`${SERVICES}/apps/own/my-app.ts`, "utf8")).toContain('  port: 80,\n  health: "tcp",\n  host: false,\n  secrets: ["TOKEN"],\n  volumes: { data: { size: "1Gi", mountPath: "/data", backup: "daily" } },\n');
    expect(tree.read(`${SERVICES}/apps/own/index.ts`, "utf8")).toBe('import { category } from "@rzp/workload/manifests";\nimport { myApp } from "./my-app.ts";\n\nexport default category("apps/own", { "my-app": myApp });\n');
    expect(tree.read(`${SERVICES}/index.ts`, "utf8")).toBe('import type { Category } from "@rzp/workload/manifests";\nimport devTools from "./apps/dev-tools/index.ts";\nimport own from "./apps/own/index.ts";\nimport core from "./core/index.ts";\n\nexport const categories: readonly Category[] = [core, devTools, own];\n');
  });

  it("is the first one in an empty workspace", async () => {
    const tree = createTreeWithEmptyWorkspace();
    await service(tree, { name: "sonarr", image: `4.0.0@${DIGEST}` });
    expect(tree.read(`${SERVICES}/apps/media/acquisition/sonarr.ts`, "utf8")).toContain('import { mediaApp } from "@rzp/media/manifests";');
    expect(tree.read(`${SERVICES}/index.ts`, "utf8")).toContain("categories: readonly Category[] = [mediaAcquisition];");
  });

  it("of a chart has its exact version", async () => {
    const tree = workspace();
    await service(tree, CHART);
    expect(tree.read(`${SERVICES}/apps/dev-tools/gitea.ts`, "utf8")).toContain('helmWorkload({\n  chart: { repoURL: "oci://docker.gitea.com/charts", name: "gitea", version: "12.4.0" },\n});');
  });
});

describe("a mistake is told, and nothing is written", () => {
  it.each<[string, ServiceSchema, string]>([
    ["a name", { name: "My App" }, 'name "My App" is not a DNS label that begins with a letter. Use a-z'],
    ["a name that is taken", { name: "harbor" }, `name "harbor" is taken: ${SERVICES}/apps/dev-tools/harbor.ts. Nothing is overwritten`],
    ["a name that is nearly known", { name: "linkdin", category: "apps/dev-tools", image: "x" }, 'port is missing, and "linkdin" is not known here. Did you mean "linkding"?'],
    ["a folder", { name: "linkding", category: "apps/dev-tool" }, 'category "apps/dev-tool" is no folder of services. Did you mean "apps/dev-tools"? With --newCategory it is made.'],
    ["a layer", { name: "linkding", category: "app/x" }, 'category "app/x" is in no layer.'],
    ["no image", { name: "linkding" }, "image is missing, and so is chart. Give one of them. Of linkding the tag is enough: --image <tag>."],
    ["both", { name: "linkding", image: "1", chart: "x" }, "image is given, and so is chart."],
    ["no registry", { name: "linkding", image: "a/b:1" }, 'image "a/b:1" names no registry. Write docker.io/a/b:1 if that is meant.'],
    ["latest", { name: "linkding", image: "latest" }, 'image "latest" follows latest.'],
    ["a digest", { name: "linkding", image: "1@sha256:12" }, 'image "1@sha256:12" has a digest that is none.'],
    ["a chart without its version", { name: "gitea", category: "apps/dev-tools", chart: "https://x.example.com/gitea" }, "is no chart with an exact version."],
    ["a chart's port", { ...CHART, port: 3000 }, "port is given, and so is chart: a chart has its own. Leave it out,"],
    ["a chart's health", { ...CHART, health: "/healthz" }, "health is given, and so is chart: a chart has its own."],
    ["a chart's host", { ...CHART, host: "git" }, "host is given, and so is chart: a chart has its own."],
    ["a chart without a route, which it has not anyway", { ...CHART, host: "false" }, "host is given, and so is chart: a chart has its own."],
    ["a port", { name: "linkding", image: "1", port: 70_000 }, "port is 70000. Use 1 to 65535."],
    ["a path", { name: "linkding", image: "1", health: "ping" }, 'health "ping" is no path.'],
    ["a host", { name: "linkding", image: "1", host: "a.example.com" }, 'host "a.example.com" is not a DNS label.'],
    ["a volume", { name: "linkding", image: `1@${DIGEST}`, volumes: ["/data"] }, 'volumes "/data" is no volume. Write it as name:size:/path'],
    ["a secret", { name: "linkding", image: "1", secrets: ["token"] }, 'secrets "token" is no name of an environment variable.'],
  ])("%s", async (_case, schema, message) => {
    const tree = workspace();
    const before = written(tree);
    await expect(service(tree, schema)).rejects.toThrow(message);
    expect(written(tree)).toEqual(before);
  });

  it("an index that reads otherwise", async () => {
    const tree = workspace();
    tree.write(INDEX, "export default [];\n");
    await expect(service(tree, { name: "linkding", image: `1@${DIGEST}` })).rejects.toThrow(`${INDEX} has no category(...) with its services in it.`);
    expect(tree.exists(`${SERVICES}/apps/dev-tools/linkding.ts`)).toBe(false);
  });
});

describe("a digest that nobody gave", () => {
  const given = (image: string): ServiceSchema => ({ name: "my-app", category: "apps/dev-tools", image, port: 80, health: "/" });

  it("is the registry's, which may want a stranger's token first", async () => {
    const host: string = await registry((request, response) => {
      if (request.url?.startsWith("/token") === true) response.end(JSON.stringify({ token: request.url }));
      else if (request.headers.authorization === "Bearer /token?service=r&scope=pull") response.setHeader("docker-content-digest", DIGEST).end();
      else response.writeHead(401, { "www-authenticate": `Bearer realm="http://${request.headers.host ?? ""}/token",service="r",scope="pull"` }).end();
    });
    const tree = workspace();
    await service(tree, given(`${host}/me/app:1.2.3`));
    expect(tree.read(`${SERVICES}/apps/dev-tools/my-app.ts`, "utf8")).toContain(`image: "${host}/me/app:1.2.3@${DIGEST}"`);
  });

  it("is asked for in words where the registry does not know it, or is not there", async () => {
    const host = await registry((_, response) => response.writeHead(404).end());
    const asked = service(workspace(), given(`${host}/me/app:1`));
    await expect(asked).rejects.toThrow(`has no digest, and ${host} did not say which: it has no such image or tag. Write it as ${host}/me/app:1@sha256:<digest>;`);
    await expect(service(workspace(), given("127.0.0.1:9/me/app:1"))).rejects.toThrow("has no digest, and 127.0.0.1:9 did not say which:");
  });
});
