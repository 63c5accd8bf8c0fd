import { ArgumentError, isDnsLabel, isIpv4, parseBytes, parseCpu } from "@rzp/core";
import type { VolumeArgs, WorkloadArgs } from "./args.ts";
import { parseImage } from "./image.ts";
import { checkRelax } from "./relax.ts";
import { BACKUP_CLASSES, layerOf, LAYERS, namespaceOf, type Layer, type ServiceId, type ServicePort } from "./service.ts";

export type Refuse = (path: string, problem: string, expected?: string) => never;

export function refuser(component: string, name: string): Refuse {
  return (path, problem, expected) => {
    throw new ArgumentError(component, name, { path, problem, ...(expected === undefined ? {} : { expected }) });
  };
}

/** Longest name of a service: it is a label value and a DNS label, and some objects add a suffix of up to 10 characters. */
export const NAME_MAX = 53;

/** What no type can tell about a workload, and the layer it is in. It throws before anything is rendered or registered. */
export function checkWorkload(component: string, id: ServiceId, args: WorkloadArgs): Layer {
  const refuse = refuser(component, id.name);
  const layer = checkId(id, refuse);
  const image = parseImage(args.image);
  if ("problem" in image) refuse(image.path, image.problem, image.expected);
  checkPorts(args, refuse);
  if (args.health !== "tcp" && !args.health.startsWith("/")) refuse("health", `"${args.health}" is not a path`, 'Begin it with /, or write "tcp".');
  checkNames(args, refuse);
  checkStorage(args, refuse);
  checkResources(args.resources ?? {}, refuse);
  checkNumbers(args, refuse);
  checkPeers(id.name, args, refuse);
  checkRelax(component, id.name, args.relax);
  if (args.user === 0 && args.relax?.root === undefined) refuse("user", "is 0, which is root", "Say why in relax.root, or use another user.");
  return layer;
}

export function checkId(id: ServiceId, refuse: Refuse): Layer {
  const { name, category } = id;
  if (!isDnsLabel(name)) refuse("", "is not a DNS label", "Use a-z, 0-9 and -, a letter or digit at both ends.");
  if (name.length > NAME_MAX) refuse("", `has ${name.length} characters`, `Use at most ${NAME_MAX}: some objects add a suffix.`);
  const layer = layerOf(category) ?? refuse("category", `"${category}" is in no layer`, `Begin it with ${LAYERS.join("/, ")}/ or use ${LAYERS[0]}.`);
  const namespace = namespaceOf(id);
  if (!isDnsLabel(namespace)) refuse("namespace", `"${namespace}" is not a DNS label`, "Use a-z, 0-9 and -.");
  return layer;
}

export function checkHost(host: string | false | undefined, refuse: Refuse): void {
  if (host === undefined || host === false) return;
  if (!isDnsLabel(host)) refuse("host", `"${host}" is not a DNS label`, "Name it below the site's domain, without the domain itself.");
}

export function checkPeers(name: string, { talksTo = [], needs = [] }: { talksTo?: readonly string[]; needs?: readonly string[] }, refuse: Refuse): void {
  for (const [field, names] of Object.entries({ talksTo, needs })) {
    names.forEach((peer, index) => {
      if (peer === name) refuse(`${field}[${index}]`, "is the service itself");
      if (names.indexOf(peer) !== index) refuse(`${field}[${index}]`, `"${peer}" is named twice`);
    });
  }
}

export function checkPort({ name, port }: ServicePort, path: string, refuse: Refuse): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse(`${path}.port`, `is ${port}`, "Use 1 to 65535.");
  if (!/^(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > 15) {
    refuse(`${path}.name`, `"${name}" is not a port name`, "Use at most 15 characters of a-z, 0-9 and -, with a letter among them.");
  }
}

export function checkLoadBalancer(loadBalancer: WorkloadArgs["loadBalancer"], refuse: Refuse): void {
  if (loadBalancer === undefined) return;
  if (!isIpv4(loadBalancer.address)) refuse("loadBalancer.address", `"${loadBalancer.address}" is not an IPv4 address`, "Use one of the site's pool.");
  if (loadBalancer.ports.length === 0) refuse("loadBalancer.ports", "is empty", "Name the ports that the address answers.");
  loadBalancer.ports.forEach((port, index) => {
    checkPort(port, `loadBalancer.ports[${index}]`, refuse);
  });
}

function checkPorts({ port, ports = [], loadBalancer }: WorkloadArgs, refuse: Refuse): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse("port", `is ${port}`, "Use 1 to 65535.");
  const seen = new Map<string, string>([[`${port}/TCP`, "port"]]);
  const names = new Map<string, string>([["http", "port"]]);
  ports.forEach((each, index) => {
    const path = `ports[${index}]`;
    checkPort(each, path, refuse);
    const key = `${each.port}/${each.protocol ?? "TCP"}`;
    if (seen.has(key)) refuse(path, `${key} is already ${seen.get(key)}`);
    if (names.has(each.name)) refuse(path, `name "${each.name}" is already ${names.get(each.name)}`);
    seen.set(key, path);
    names.set(each.name, path);
  });
  checkLoadBalancer(loadBalancer, refuse);
}

function checkNames({ env = {}, secrets = [], files = {}, seed = {}, volumes = {}, host }: WorkloadArgs, refuse: Refuse): void {
  const keys = secrets.map((secret) => (typeof secret === "string" ? secret : secret.key));
  for (const key of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) refuse(`env.${key}`, "is not a name for an environment variable", "Use letters, digits and underscores, no digit first.");
    if (keys.includes(key)) refuse(`env.${key}`, "is also a secret", "Each variable has one value.");
  }
  secrets.forEach((secret, index) => {
    const { key, remote } = typeof secret === "string" ? { key: secret, remote: `/${secret}` } : secret;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) refuse(`secrets[${index}]`, `"${key}" has illegal characters`, "It becomes an environment variable: letters, digits and underscores, no digit first.");
    if (!/^(\/[-._A-Za-z0-9]+)+$/.test(remote)) refuse(`secrets[${index}].remote`, `"${remote}" is not an absolute key`, "Write it as /folder/NAME.");
    if (keys.indexOf(key) !== index) refuse(`secrets[${index}]`, `"${key}" is named twice`);
  });
  for (const [field, paths] of Object.entries({ files, seed })) {
    for (const path of Object.keys(paths)) if (!isAbsolute(path)) refuse(`${field}.${path}`, "is not an absolute path", "Begin it with / and leave out . and ..");
  }
  for (const path of Object.keys(seed)) {
    if (!Object.values(volumes).some(({ mountPath }) => path.startsWith(`${mountPath}/`))) refuse(`seed.${path}`, "lies on no volume", "A seeded file must outlive a restart: put it below a volume's mountPath.");
  }
  checkHost(host, refuse);
}

function checkStorage({ volumes = {}, scratch = {}, files = {} }: WorkloadArgs, refuse: Refuse): void {
  const taken = new Map<string, string>();
  const take = (path: string, field: string): void => {
    if (!isAbsolute(path)) refuse(field, `"${path}" is not an absolute path`, "Begin it with / and leave out . and ..");
    if (taken.has(path)) refuse(field, `${path} is already ${taken.get(path)}`);
    taken.set(path, field);
  };
  for (const [name, volume] of Object.entries(volumes)) {
    if (!isDnsLabel(name) || name.length > 20) refuse(`volumes.${name}`, "is not a name for a volume", "Use at most 20 characters of a-z, 0-9 and -.");
    take(volume.mountPath, `volumes.${name}.mountPath`);
    if (!((parseBytes(volume.size) ?? 0) > 0)) refuse(`volumes.${name}.size`, `"${volume.size}" is not a size`, "Write it with a binary unit, such as 5Gi.");
    checkBackup(`volumes.${name}.backup`, volume, refuse);
  }
  for (const [path, size] of Object.entries(scratch)) {
    take(path, `scratch.${path}`);
    if (!((parseBytes(size) ?? 0) > 0)) refuse(`scratch.${path}`, `"${size}" is not a size`, "Write it with a binary unit, such as 256Mi.");
  }
  for (const path of Object.keys(files)) take(path, `files.${path}`);
}

function checkBackup(path: string, { backup }: Partial<VolumeArgs>, refuse: Refuse): void {
  const right = `Use ${BACKUP_CLASSES.join(" or ")}, or { none: "<why it needs no backup>" }.`;
  if (backup === undefined) refuse(path, "is missing", right);
  if (typeof backup === "object" && backup.none.trim().length < 10) refuse(`${path}.none`, "has no reason", right);
  if (typeof backup === "string" && !BACKUP_CLASSES.includes(backup)) refuse(path, `"${backup as string}" is not a backup class`, right);
}

export function checkResources({ cpu = "50m", memory = "128Mi", memoryLimit = memory }: NonNullable<WorkloadArgs["resources"]>, refuse: Refuse): void {
  if (!((parseCpu(cpu) ?? 0) > 0)) refuse("resources.cpu", `"${cpu}" is not an amount of CPU`, "Write 100m or 0.5.");
  const [request = 0, limit = 0] = [memory, memoryLimit].map((size, index) => {
    const bytes = parseBytes(size);
    if (bytes === undefined || bytes === 0) refuse(index === 0 ? "resources.memory" : "resources.memoryLimit", `"${size}" is not a size`, "Write it with a binary unit, such as 512Mi.");
    return bytes;
  });
  if (limit < request) refuse("resources.memoryLimit", `${memoryLimit} is less than the request of ${memory}`);
}

function checkNumbers({ replicas = 1, user = 1000, group = user, startupSeconds = 300, gracePeriodSeconds = 30, volumes = {} }: WorkloadArgs, refuse: Refuse): void {
  const whole = (path: string, value: number, least: number): void => {
    if (!Number.isInteger(value) || value < least) refuse(path, `is ${value}`, `Use a whole number of at least ${least}.`);
  };
  whole("replicas", replicas, 0);
  whole("user", user, 0);
  whole("group", group, 0);
  whole("startupSeconds", startupSeconds, 1);
  whole("gracePeriodSeconds", gracePeriodSeconds, 0);
  if (replicas > 1 && Object.keys(volumes).length > 0) refuse("replicas", `is ${replicas}, but a volume is mounted by one pod`, "Use 1, or keep the state elsewhere.");
}


function isAbsolute(path: string): boolean {
  return /^(\/[^/\0]+)+$/.test(path) && !path.split("/").some((part) => part === "." || part === "..");
}
