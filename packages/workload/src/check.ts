import { isDnsLabel, isIpv4, parseBytes, parseCpu, refusal, type Refuse } from "@rzp/core";
import type { WorkloadArgs } from "./args.ts";
import { categoryProblem } from "./category.ts";
import { checkRequired, checkShapes, checkTexts, WORKLOAD_SHAPES } from "./check-shapes.ts";
import { checkSize, checkStorage } from "./check-storage.ts";
import { keyOf, secretKeys } from "./env.ts";
import { parseImage } from "./image.ts";
import { checkKnown } from "./known.ts";
import { NAME_MAX } from "./names.ts";
import { checkRelax } from "./relax.ts";
import { requests } from "./resources.ts";
import { identity } from "./security.ts";
import { layerOf, LAYERS, SHARED_CONFIG, namespaceOf, partOf, type Layer, type ServiceId, type ServicePort, type ServiceSecret } from "./service.ts";

/** What no type can tell about a workload, and the layer it is in. It throws before anything is rendered or registered. */
export function checkWorkload(component: string, id: ServiceId, args: WorkloadArgs): Layer {
  const refuse = refusal(component, id.name);
  const layer = checkId(id, refuse);
  checkRequired(args, refuse);
  checkShapes(args, WORKLOAD_SHAPES, refuse);
  for (const field of ["env", "files", "seed"] as const) checkTexts(field, args[field], refuse);
  checkKnown(args, refuse);
  const image = parseImage(args.image, { latest: args.relax?.latest !== undefined });
  if ("problem" in image) refuse(image.path, image.problem, image.expected);
  checkPorts(args, refuse);
  if (args.health !== "tcp" && !args.health.startsWith("/")) refuse("health", `"${args.health}" is not a path`, 'Begin it with /, or write "tcp".');
  checkEnvironment(args, refuse);
  checkSecretFiles(args, refuse);
  checkRoute(args.host, args, args.host !== false, refuse);
  checkStorage(args, refuse);
  checkResources(args.resources, refuse);
  checkNumbers(args, refuse);
  checkPeers(id.name, args, refuse);
  checkRelax(args.relax, refuse);
  checkUser(args, refuse);
  return layer;
}

/** Namespaces of Kubernetes itself: a policy, a pod-security label or a `Delete=false` of ours would be about what is not ours. */
const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** A service's name and place. */
export function checkId(id: ServiceId, refuse: Refuse): Layer {
  const { name, category } = id;
  if (!isDnsLabel(name)) refuse("", "is not a DNS label", "Use a-z, 0-9 and -, a letter or digit at both ends.");
  if (name.length > NAME_MAX) refuse("", `has ${name.length} characters`, `Use at most ${NAME_MAX}: some objects add a suffix.`);
  const layer = layerOf(category) ?? refuse("category", `"${category}" is in no layer`, `Begin it with one of ${[...LAYERS, SHARED_CONFIG].join(", ")}.`);
  const wrong = categoryProblem(category);
  if (wrong !== undefined) refuse("category", `"${category}" ${wrong.problem}`, wrong.expected);
  const namespace = namespaceOf(id);
  if (!isDnsLabel(namespace)) refuse("namespace", `"${namespace}" is not a DNS label`, "Use a-z, 0-9 and -.");
  if (SYSTEM_NAMESPACES.includes(namespace)) refuse("namespace", `"${namespace}" is Kubernetes' own, and would be taken over`, `Use one of the service's own, such as ${ownNamespace(id)}.`);
  return layer;
}

function ownNamespace({ name, category }: ServiceId): string {
  return SYSTEM_NAMESPACES.includes(name) ? partOf(`${category}/${name}`) : name;
}

export function checkRoute(host: string | false | undefined, { exposure, auth }: Pick<WorkloadArgs, "exposure" | "auth">, routed: boolean, refuse: Refuse): void {
  if (typeof host === "string" && !isDnsLabel(host)) refuse("host", `"${host}" is not a DNS label`, "Name it below the site's domain, without the domain itself.");
  if (exposure === "public" && !routed) refuse("exposure", "is public, but the service has no route", "Give it a host, or leave exposure out.");
  if (auth !== undefined && !routed) refuse("auth", "is set, but the service has no route", "Give it a host, or leave auth out.");
}

export function checkPeers(name: string, { talksTo = [], needs = [] }: Pick<WorkloadArgs, "talksTo" | "needs">, refuse: Refuse): void {
  for (const [field, names] of Object.entries({ talksTo, needs })) {
    names.forEach((peer, index) => {
      if (peer === name) refuse(`${field}[${index}]`, "is the service itself", "Leave it out.");
      if (names.indexOf(peer) !== index) refuse(`${field}[${index}]`, `"${peer}" is named twice`, "Name it once.");
    });
  }
}

export function checkPortNumber(port: number, path: string, refuse: Refuse): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse(path, `is ${port}`, "Use 1 to 65535.");
}

/** Ports of one list, each with a name and a number of its own. */
export function checkPortList(ports: readonly ServicePort[], field: string, refuse: Refuse): void {
  const seen = new Map<string, string>();
  ports.forEach((each, index) => {
    const path = `${field}[${index}]`;
    checkPortNumber(each.port, `${path}.port`, refuse);
    if (!/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(each.name) || each.name.length > 15) {
      refuse(`${path}.name`, `"${each.name}" is not a port name`, "Use at most 15 characters of a-z, 0-9 and -, with a letter among them.");
    }
    for (const key of [portKey(each), `name "${each.name}"`]) {
      const other = seen.get(key);
      if (other !== undefined) refuse(path, `${key} is already ${other}`, "Each port has a name and a number of its own.");
      seen.set(key, path);
    }
  });
}

export function checkLoadBalancer(loadBalancer: WorkloadArgs["loadBalancer"], refuse: Refuse): void {
  if (loadBalancer === undefined) return;
  if (!isIpv4(loadBalancer.address)) refuse("loadBalancer.address", `"${loadBalancer.address}" is not an IPv4 address`, "Use one of the site's pool.");
  if (!Array.isArray(loadBalancer.ports) || loadBalancer.ports.length === 0) refuse("loadBalancer.ports", "is empty", "Name the ports that the address answers.");
  checkPortList(loadBalancer.ports, "loadBalancer.ports", refuse);
}

/** The load balancer with the address that a stack gives it. */
export function balancedAt(loadBalancer: WorkloadArgs["loadBalancer"], address: string | undefined, refuse: Refuse): Pick<WorkloadArgs, "loadBalancer"> {
  if (address === undefined) return {};
  if (loadBalancer === undefined) return refuse("address", "is set, but the service has no load balancer", "Leave it out, or give the declaration a loadBalancer.");
  if (!isIpv4(address)) refuse("address", `"${address}" is not an IPv4 address`, "Use one of the site's pool.");
  return { loadBalancer: { ...loadBalancer, address } };
}

function checkPorts({ port, ports = [], loadBalancer }: WorkloadArgs, refuse: Refuse): void {
  checkPortNumber(port, "port", refuse);
  const all: ServicePort[] = [{ name: "http", port }, ...ports];
  ports.forEach((each, index) => {
    if (each.name === "http") refuse(`ports[${index}].name`, '"http" is the name of port', "Choose another name.");
    if (portKey(each) === `${port}/TCP`) refuse(`ports[${index}]`, `${port}/TCP is already port`, "Leave it out.");
  });
  checkPortList(ports, "ports", refuse);
  checkLoadBalancer(loadBalancer, refuse);
  const open = all.map(portKey);
  loadBalancer?.ports.forEach((each, index) => {
    if (open.includes(portKey(each))) return;
    refuse(`loadBalancer.ports[${index}]`, `${portKey(each)} is no port of the service`, "Name it in ports as well, or nothing would answer.");
  });
}

function portKey({ port, protocol = "TCP" }: ServicePort): string {
  return `${port}/${protocol}`;
}

function checkEnvironment({ env = {}, secrets = [] }: WorkloadArgs, refuse: Refuse): void {
  const keys = secretKeys(secrets);
  // The time zone is in every environment.
  for (const key of ["TZ", ...Object.keys(env)]) {
    if (!isVariable(key)) refuse(`env.${key}`, "is not a name for an environment variable", "Use letters, digits and underscores, no digit first.");
    if (keys.includes(key)) refuse(`env.${key}`, "is also a secret", "Each variable has one value.");
  }
  keys.forEach((key, index) => {
    if (isVariable(key)) return;
    refuse(`secrets[${index}]`, `"${key}" has illegal characters`, "It becomes an environment variable: letters, digits and underscores, no digit first.");
  });
  checkSecrets(secrets, refuse);
}

/** Keys of the secret store, each once and from an absolute place. */
export function checkSecrets(secrets: readonly (string | ServiceSecret)[], refuse: Refuse): void {
  const keys = secretKeys(secrets);
  secrets.forEach((secret, index) => {
    checkSecret(secret, `secrets[${index}]`, refuse);
    const key = keyOf(secret);
    if (keys.indexOf(key) !== index) refuse(`secrets[${index}]`, `"${key}" is named twice`, "Each key has one value.");
  });
}

function checkSecret(secret: string | ServiceSecret, path: string, refuse: Refuse): void {
  const { key, remote } = typeof secret === "string" ? { key: secret, remote: `/${secret}` } : secret;
  if (!/^[-._A-Za-z0-9]{1,253}$/.test(key)) refuse(path, `"${key}" has illegal characters`, "Use letters, digits, dots, underscores and dashes.");
  if (!/^(\/[_A-Za-z0-9][-._A-Za-z0-9]*)+$/.test(remote)) refuse(`${path}.remote`, `"${remote}" is not an absolute key`, "Write it as /folder/NAME.");
}

function checkSecretFiles({ secretFiles = {} }: WorkloadArgs, refuse: Refuse): void {
  const keys = Object.values(secretFiles).map(keyOf);
  Object.entries(secretFiles).forEach(([file, secret], index) => {
    checkSecret(secret, `secretFiles.${file}`, refuse);
    const key = keyOf(secret);
    if (keys.indexOf(key) !== index) refuse(`secretFiles.${file}`, `"${key}" is named twice`, "Each file has a key of its own.");
  });
}

function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

export function checkResources(resources: WorkloadArgs["resources"], refuse: Refuse): void {
  const { cpu, memory, memoryLimit } = requests(resources);
  if (!((parseCpu(cpu) ?? 0) > 0)) refuse("resources.cpu", `"${cpu}" is not an amount of CPU`, "Write 100m or 0.5.");
  checkSize(memory, "resources.memory", "512Mi", refuse);
  checkSize(memoryLimit, "resources.memoryLimit", "512Mi", refuse);
  if ((parseBytes(memory) ?? 0) <= (parseBytes(memoryLimit) ?? 0)) return;
  refuse("resources.memory", `is ${memory}, more than the memoryLimit of ${memoryLimit}`, "Raise memoryLimit with it.");
}

function checkNumbers({ replicas = 1, startupSeconds = 300, gracePeriodSeconds = 30, volumes = {}, ...rest }: WorkloadArgs, refuse: Refuse): void {
  const { user, group } = identity(rest);
  const least = { replicas: 0, startupSeconds: 1, gracePeriodSeconds: 0, user: 0, group: 0 };
  for (const [path, value] of Object.entries({ replicas, startupSeconds, gracePeriodSeconds, user, group })) {
    const minimum = least[path as keyof typeof least];
    if (!Number.isInteger(value) || value < minimum) refuse(path, `is ${value}`, `Use a whole number of at least ${minimum}.`);
  }
  if (replicas > 1 && Object.keys(volumes).length > 0) refuse("replicas", `is ${replicas}, but a volume is mounted by one pod`, "Use 1, or keep the state elsewhere.");
}

function checkUser({ user, relax = {} }: WorkloadArgs, refuse: Refuse): void {
  if (user === 0 && relax.root === undefined) refuse("user", "is 0, which is root", "Say why in relax.root, or use another user.");
  if (user !== undefined && user !== 0 && relax.root !== undefined) refuse("relax.root", `is set, but user is ${user}`, "Leave one of them out.");
}
