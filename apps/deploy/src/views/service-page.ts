import { hostOf, parseImage, type ServiceFacts, type ServicePort } from "@rzp/workload/manifests";
import type { CatalogPort } from "../catalog/types.ts";
import { fileOf, type Homelab } from "../homelab.ts";
import { isView } from "../view.ts";
import { blocks, code, link, list, section, table, words } from "./markdown.ts";

/** From a service's page to the root of the repository. */
const TO_ROOT = "../../..";

/** Everything that is declared of one service. */
export function servicePage(facts: ServiceFacts, home: Homelab): string {
  return blocks(
    `# ${facts.name}`,
    words(facts.purpose ?? ""),
    table(["", ""], summary(facts, home)),
    section("Ports", table(["port", "name", "who may dial it"], portsOf(facts).map(({ port, protocol, name, who }) => [`${port}/${protocol}`, name, who.join("; ")]))),
    section("Secrets", table(["key", "read from"], facts.secrets.map(({ key, remote }) => [code(key), `${code(remote)}${ownedBy(ownerOf(remote, facts, home))}`]))),
    section("Volumes", table(["volume", "size", "mounted at", "backup"], facts.volumes.map(({ name, size, mountPath, backup }) => [name, size, mountPath === undefined ? "by the chart or operator" : code(mountPath), typeof backup === "string" ? backup : `none: ${words(backup.none)}`]))),
    section("Connections", list(connections(facts, home))),
    isView(facts) ? "" : section("Security", security(facts), table(["allowed beyond the safe default", "why"], facts.relaxations.map(({ what, reason }) => [code(what), words(reason)]))),
    section("Known risks", list(facts.risks.map(words))),
  );
}

/** Chart and version, or images; a declaration without pods has neither. */
export function versionOf({ chart, images }: ServiceFacts): string {
  if (chart !== undefined) return `${chart.name} ${chart.version} (chart)`;
  return images.map((image) => imageVersion(image)).join(", ");
}

/** Where people find it, as a link, and who may. */
export function urlOf(facts: ServiceFacts, home: Homelab): string {
  const host = hostOf(facts, home.context.site);
  if (host === undefined) return "";
  return `${link(host, `https://${host}`)}${facts.exposure === "public" ? ", public" : ""}${facts.auth === undefined ? "" : ", with a password at the edge"}`;
}

function imageVersion(image: string): string {
  const parsed = parseImage(image);
  return "problem" in parsed ? image : `${parsed.repository.split("/").at(-1) ?? parsed.repository} ${parsed.tag}`;
}

function summary(facts: ServiceFacts, home: Homelab): string[][] {
  const { name, category, layer, chart, images, upstream, requests, loadBalancer } = facts;
  const url = urlOf(facts, home);
  const { path } = home.context.site.git;
  const rows: (string[] | false)[] = [
    ["folder", `${link(code(`${category}/${name}`), `${TO_ROOT}/${path}/${category}/${name}`)}, declared in ${link(code(`${name}.ts`), `${TO_ROOT}/${fileOf(facts)}`)}`],
    ["comes up", `layer ${layer}, wave ${home.registry.waves.get(name) ?? 0}`],
    !isView(facts) && ["namespace", code(facts.namespace)],
    chart !== undefined && ["chart", `${code(chart.name)} ${chart.version} from ${code(chart.repoURL)}`],
    images.length > 0 && ["image", images.map(code).join(", ")],
    url !== "" && ["address", url],
    loadBalancer !== undefined && ["load balancer", code(loadBalancer.address)],
    !isView(facts) && ["asks for", `${requests.cpu} CPU and ${requests.memory} a pod, ${requests.replicas} ${requests.replicas === 1 ? "pod" : "pods"}`],
    upstream !== undefined && ["documentation", link(upstream, upstream)],
  ];
  return rows.filter((row) => row !== false);
}

/** Every port of a service once, and who may dial it in words. */
export function portsOf(facts: ServiceFacts): CatalogPort[] {
  const { loadBalancer, hostPorts, routePort } = facts;
  const all = [...facts.ports, ...(loadBalancer?.ports ?? []).filter((port) => !facts.ports.some((own) => isSame(own, port)))];
  return all.map((each) => {
    const atAddress = loadBalancer?.ports.some((port) => isSame(port, each)) === true;
    const onNode = hostPorts.includes(each.port);
    const who = [
      each.peers !== false && facts.ports.includes(each) && "services that talk to it",
      each.port === routePort && "the ingress controller",
      atAddress && `everybody, at ${loadBalancer.address}`,
      onNode && "everybody, on its node",
    ];
    return { port: each.port, protocol: each.protocol ?? "TCP", name: each.name, who: who.filter((one) => one !== false), reach: atAddress ? "address" : onNode ? "node" : "cluster" };
  });
}

function isSame(a: ServicePort, b: ServicePort): boolean {
  return a.port === b.port && (a.protocol ?? "TCP") === (b.protocol ?? "TCP");
}

/** Whose key it is, where it is somebody else's. */
export function ownerOf(remote: string, facts: ServiceFacts, { context }: Homelab): string | undefined {
  const owner = context.services.find(({ category, name }) => remote.startsWith(`/${category}/${name}/`));
  return owner === facts ? undefined : owner?.name;
}

function ownedBy(owner: string | undefined): string {
  return owner === undefined ? "" : `, of ${page(owner)}`;
}

function connections({ name, talksTo, needs, managedBy }: ServiceFacts, { context }: Homelab): string[] {
  const others = (field: "talksTo" | "needs"): string[] => context.services.filter((one) => one[field].includes(name)).map((one) => one.name);
  const lines: [string, readonly string[]][] = [
    ["talks to", talksTo],
    ["is talked to by", others("talksTo")],
    ["comes up after", needs],
    ["comes up before", others("needs")],
    ["is run by", managedBy === undefined ? [] : [managedBy]],
  ];
  return lines.filter(([, names]) => names.length > 0).map(([verb, names]) => `${verb} ${[...names].sort().map(page).join(", ")}`);
}

function page(name: string): string {
  return link(name, `${name}.md`);
}

function security({ podSecurity, relaxations }: ServiceFacts): string {
  return `Pod security: ${podSecurity}.${relaxations.length === 0 ? " Nothing is allowed beyond the safe default." : ""}`;
}
