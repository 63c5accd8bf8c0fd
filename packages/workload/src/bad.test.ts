import { ArgumentError } from "@rzp/core";
import { describe, expect, it } from "vitest";
import { category, helmWorkload, workload, type HelmWorkloadArgs, type Relax, type ServiceOverride, type VolumeArgs, type WorkloadArgs } from "./manifests.ts";
import { BASIC, DIGEST, IMAGE, rendered } from "./site.test-data.ts";

const VOLUME: VolumeArgs = { size: "1Gi", mountPath: "/data", backup: "daily" };
const CHART = { repoURL: "https://charts.example.com", name: "chart", version: "1.2.3" };
const REASON = "the upstream image cannot do otherwise";

/** The message ends with the file of the declaration, whose name it begins with. */
function expectRefusal(declare: () => unknown, message: string, folder = "apps"): void {
  const [, name = ""] = /"([^"]*)"/.exec(message) ?? [];
  expect(declare).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `${message} Declared in src/services/${folder}/${name}.ts.` }));
}

describe("a workload", () => {
  const image = (text: string): Partial<WorkloadArgs> => ({ image: text });
  const relax = (value: Relax): Partial<WorkloadArgs> => ({ relax: value });
  const right = "Write it as registry/name:tag@sha256:<digest>.";
  const place = "Begin it with / and leave out . and .., colons and control characters.";
  const backup = 'Use daily or weekly, or { none: "<why it needs no backup>" }.';

  it.each<[string, Partial<WorkloadArgs>, string]>([
    ["a misspelt argument", { talkTo: ["b"] } as Partial<WorkloadArgs>, 'talkTo is no argument here. Did you mean "talksTo"?'],
    ["a word where a yes or no belongs, which would open the internet", { internet: "no" } as object, 'internet is "no". Use true or false.'],
    ["no health", { health: undefined } as object, 'health is missing. Give a path such as /health that answers without a login, or "tcp".'],
    ["no image", { image: undefined } as object, "image is missing. Write a text, in quotes."],
    ["no port", { port: undefined } as object, "port is missing. Use a number, without quotes."],
    ["a variable that is a number", { env: { RETRIES: 3 } } as object, "env.RETRIES is 3. Write it as a text, in quotes."],
    ["a variable without a value", { env: { RETRIES: undefined } } as object, "env.RETRIES has no value. Write it as a text, in quotes."],
    ["a misspelt exposure", { exposure: "publc" } as object, 'exposure is "publc". Did you mean "public"?'],
    ["a misspelt password", { auth: "baisc" } as object, 'auth is "baisc". Did you mean "basic"?'],
    ["one name for a list", { talksTo: "prowlarr" } as object, 'talksTo is "prowlarr". Write a list, in brackets.'],
    ["a list for names and values", { relax: ["root"] } as object, 'relax is ["root"]. Write names and values, in braces.'],
    ["a number in quotes", { port: "8686" } as object, 'port is "8686". Use a number, without quotes.'],
    ["an address without ports", { loadBalancer: { address: "10.0.20.201" } } as object, "loadBalancer.ports is empty. Name the ports that the address answers."],
    ["a port that would be open to peers", { ports: [{ name: "x", port: 1 }, { name: "y", port: 2, peer: false }] } as object, 'ports[1].peer is no argument here. Did you mean "peers"?'],
    ["a misspelt limit", { resources: { memoryLimits: "1Gi" } } as Partial<WorkloadArgs>, 'resources.memoryLimits is no argument here. Did you mean "memoryLimit"?'],
    ["a misspelt relaxation", { relax: { wrteableRoot: REASON } } as Partial<WorkloadArgs>, 'relax.wrteableRoot is no argument here. Did you mean "writableRoot"?'],
    ["a load balancer's misspelt address", { loadBalancer: { adress: "10.0.20.200", ports: [] } } as unknown as Partial<WorkloadArgs>, 'loadBalancer.adress is no argument here. Did you mean "address"?'],
    ["a load balancer's misspelt protocol", { loadBalancer: { address: "10.0.20.200", ports: [{ name: "x", port: 8080, proto: "UDP" }] } } as object, "loadBalancer.ports[0].proto is no argument here. Known are: name, port, protocol, peers."],
    ["a volume's misspelt class", { volumes: { data: { ...VOLUME, storageclass: "x" } } } as Partial<WorkloadArgs>, 'volumes.data.storageclass is no argument here. Did you mean "storageClass"?'],
    ["a misspelt transform", { transform: { deploymnt: {} } } as Partial<WorkloadArgs>, 'transform.deploymnt is no argument here. Did you mean "deployment"?'],
    ["an image without a tag", image(`ghcr.io/a/b@${DIGEST}`), `image "ghcr.io/a/b@${DIGEST}" has no tag. ${right}`],
    ["an image without a digest", image("ghcr.io/a/b:1.2"), `image "ghcr.io/a/b:1.2" has no digest. ${right}`],
    ["an image without a registry", image(`a/b:1@${DIGEST}`), `image "a/b:1@${DIGEST}" names no registry. Write docker.io/a/b if that is meant.`],
    ["an official image of Docker Hub", image(`nginx:1@${DIGEST}`), `image "nginx:1@${DIGEST}" names no registry. Write docker.io/library/nginx if that is meant.`],
    ["the tag latest", image(`ghcr.io/a/b:latest@${DIGEST}`), `image "ghcr.io/a/b:latest@${DIGEST}" follows latest. Name the version that the digest is.`],
    ["a digest that is none", image("ghcr.io/a/b:1@sha256:abc"), `image "ghcr.io/a/b:1@sha256:abc" is not an image reference. ${right}`],
    ["an image in capitals", image(`ghcr.io/A/b:1@${DIGEST}`), `image "ghcr.io/A/b:1@${DIGEST}" is not an image reference. ${right}`],
    ["port 0", { port: 0 }, "port is 0. Use 1 to 65535."],
    ["port 65536", { port: 65_536 }, "port is 65536. Use 1 to 65535."],
    ["half a port", { port: 80.5 }, "port is 80.5. Use 1 to 65535."],
    ["a further port out of range", { ports: [{ name: "x", port: -1 }] }, "ports[0].port is -1. Use 1 to 65535."],
    ["a port's long name", { ports: [{ name: "a-name-too-long-", port: 1 }] }, 'ports[0].name "a-name-too-long-" is not a port name. Use at most 15 characters of a-z, 0-9 and -, with a letter among them.'],
    ["a port's name without a letter", { ports: [{ name: "8080", port: 1 }] }, 'ports[0].name "8080" is not a port name. Use at most 15 characters of a-z, 0-9 and -, with a letter among them.'],
    ["a port twice", { ports: [{ name: "x", port: 8080 }] }, "ports[0] 8080/TCP is already port. Leave it out."],
    ["a further port twice", { ports: [{ name: "x", port: 1 }, { name: "y", port: 1 }] }, "ports[1] 1/TCP is already ports[0]. Each port has a name and a number of its own."],
    ["a port's name twice", { ports: [{ name: "x", port: 1 }, { name: "x", port: 2 }] }, 'ports[1] name "x" is already ports[0]. Each port has a name and a number of its own.'],
    ["the first port's name", { ports: [{ name: "http", port: 1 }] }, 'ports[0].name "http" is the name of port. Choose another name.'],
    ["a health path that is none", { health: "ping" }, 'health "ping" is not a path. Begin it with /, or write "tcp".'],
    ["a variable's name", { env: { "A-B": "1" } }, "env.A-B is not a name for an environment variable. Use letters, digits and underscores, no digit first."],
    ["a variable that is a secret too", { env: { A: "1" }, secrets: ["A"] }, "env.A is also a secret. Each variable has one value."],
    ["a secret in the time zone's place", { secrets: ["TZ"] }, "env.TZ is also a secret. Each variable has one value."],
    ["a secret key with illegal characters", { secrets: ["API-KEY"] }, 'secrets[0] "API-KEY" has illegal characters. It becomes an environment variable: letters, digits and underscores, no digit first.'],
    ["a secret twice", { secrets: ["A", { key: "A", remote: "/x/A" }] }, 'secrets[1] "A" is named twice. Each key has one value.'],
    ["a secret from a relative place", { secrets: [{ key: "A", remote: "x/A" }] }, 'secrets[0].remote "x/A" is not an absolute key. Write it as /folder/NAME.'],
    ["a secret file's key", { secretFiles: { "/a": "a key" } }, 'secretFiles./a "a key" has illegal characters. Use letters, digits, dots, underscores and dashes.'],
    ["a secret file from a relative place", { secretFiles: { "/a": { key: "A", remote: "A" } } }, 'secretFiles./a.remote "A" is not an absolute key. Write it as /folder/NAME.'],
    ["two secret files of one key", { secretFiles: { "/a": "A", "/b": "A" } }, 'secretFiles./b "A" is named twice. Each file has a key of its own.'],
    ["a secret file in a file's place", { files: { "/a": "" }, secretFiles: { "/a": "A" } }, "secretFiles./a /a is already files./a. Each place holds one thing."],
    ["a secret file's relative path", { secretFiles: { a: "A" } }, `secretFiles.a "a" is not an absolute path. ${place}`],
    ["a volume's name that secret files use", { volumes: { "secret-files": VOLUME } }, "volumes.secret-files is a name the pod uses itself. Choose another one."],
    ["a password in front of no route", { host: false, auth: "basic" }, "auth is set, but the service has no route. Give it a host, or leave auth out."],
    ["the tag latest for no reason", { image: `ghcr.io/a/b:latest@${DIGEST}`, relax: { latest: "none" } }, "relax.latest has no reason. Write down why the safe default cannot hold; it becomes an annotation."],
    ["a host with a domain", { host: "a.example.com" }, 'host "a.example.com" is not a DNS label. Name it below the site\'s domain, without the domain itself.'],
    ["a public service without a route", { host: false, exposure: "public" }, "exposure is public, but the service has no route. Give it a host, or leave exposure out."],
    ["a volume without a backup class", { volumes: { data: { size: "1Gi", mountPath: "/data" } as unknown as VolumeArgs } }, `volumes.data.backup is missing. ${backup}`],
    ["a backup class nobody knows", { volumes: { data: { ...VOLUME, backup: "hourly" as "daily" } } }, `volumes.data.backup "hourly" is not a backup class. ${backup}`],
    ["no backup for no reason", { volumes: { data: { ...VOLUME, backup: { none: "no" } } } }, `volumes.data.backup.none has no reason. ${backup}`],
    ["a volume's size", { volumes: { data: { ...VOLUME, size: "5GB" as "5Gi" } } }, 'volumes.data.size "5GB" is not a size. Write it with a binary unit, such as 5Gi.'],
    ["a volume's name", { volumes: { Data: VOLUME } }, "volumes.Data is not a name for a volume. Use at most 20 characters of a-z, 0-9 and -."],
    ["a volume's name that the pod uses", { volumes: { seed: VOLUME } }, "volumes.seed is a name the pod uses itself. Choose another one."],
    ["a relative mount", { volumes: { data: { ...VOLUME, mountPath: "data" } } }, `volumes.data.mountPath "data" is not an absolute path. ${place}`],
    ["a mount with a colon", { volumes: { data: { ...VOLUME, mountPath: "/da:ta" } } }, `volumes.data.mountPath "/da:ta" is not an absolute path. ${place}`],
    ["a mount that climbs", { scratch: { "/a/../etc": "1Mi" } }, `scratch./a/../etc "/a/../etc" is not an absolute path. ${place}`],
    ["a file with a line break in its path", { files: { "/a\nb": "" } }, `files./a\nb "/a\nb" is not an absolute path. ${place}`],
    ["two things in one place", { volumes: { data: VOLUME }, scratch: { "/data": "1Gi" } }, "scratch./data /data is already volumes.data.mountPath. Each place holds one thing."],
    ["a scratch directory's size", { scratch: { "/x": "0Mi" } }, 'scratch./x "0Mi" is not a size. Write it with a binary unit, such as 256Mi.'],
    ["a seed on no volume", { seed: { "/config/a": "" }, volumes: { data: VOLUME } }, "seed./config/a lies on no volume. A seeded file must outlive a restart: put it below a volume's mountPath."],
    ["a seed beside a volume of a like name", { seed: { "/data2/a": "" }, volumes: { data: VOLUME } }, "seed./data2/a lies on no volume. A seeded file must outlive a restart: put it below a volume's mountPath."],
    ["two replicas of one volume", { replicas: 2, volumes: { data: VOLUME } }, "replicas is 2, but a volume is mounted by one pod. Use 1, or keep the state elsewhere."],
    ["half a replica", { replicas: 0.5 }, "replicas is 0.5. Use a whole number of at least 0."],
    ["no time to start", { startupSeconds: 0 }, "startupSeconds is 0. Use a whole number of at least 1."],
    ["an amount of CPU", { resources: { cpu: "a lot" as "1" } }, 'resources.cpu "a lot" is not an amount of CPU. Write 100m or 0.5.'],
    ["an amount of memory", { resources: { memory: "1G" as "1Gi" } }, 'resources.memory "1G" is not a size. Write it with a binary unit, such as 512Mi.'],
    ["more memory than its limit", { resources: { memory: "2Gi", memoryLimit: "1Gi" } }, "resources.memory is 2Gi, more than the memoryLimit of 1Gi. Raise memoryLimit with it."],
    ["itself for a peer", { talksTo: ["app"] }, "talksTo[0] is the service itself. Leave it out."],
    ["a need twice", { needs: ["a", "a"] }, 'needs[1] "a" is named twice. Name it once.'],
    ["root without a reason", { user: 0 }, "user is 0, which is root. Say why in relax.root, or use another user."],
    ["root as somebody else", { user: 1234, relax: { root: REASON } }, "relax.root is set, but user is 1234. Leave one of them out."],
    ["a relaxation without a reason", relax({ writableRoot: "needed" }), "relax.writableRoot has no reason. Write down why the safe default cannot hold; it becomes an annotation."],
    ["capabilities without a reason", relax({ capabilities: { add: ["CHOWN"], reason: "" } }), "relax.capabilities has no reason. Write down why the safe default cannot hold; it becomes an annotation."],
    ["no capabilities", relax({ capabilities: { add: [], reason: REASON } }), "relax.capabilities.add is empty. Write them as Linux does, without CAP_: NET_ADMIN."],
    ["a capability by its C name", relax({ capabilities: { add: ["CAP_CHOWN"], reason: REASON } }), 'relax.capabilities.add[0] "CAP_CHOWN" is not a capability. Write them as Linux does, without CAP_: NET_ADMIN.'],
    ["capabilities of a privileged container", relax({ privileged: REASON, capabilities: { add: ["CHOWN"], reason: REASON } }), "relax.capabilities is set, but the container is privileged. It has every capability already: leave one of them out."],
    ["a load balancer's address", { loadBalancer: { address: "home", ports: [{ name: "x", port: 8080 }] } }, 'loadBalancer.address "home" is not an IPv4 address. Use one of the site\'s pool.'],
    ["a load balancer without ports", { loadBalancer: { address: "10.0.20.200", ports: [] } }, "loadBalancer.ports is empty. Name the ports that the address answers."],
    ["a load balancer's port that nothing answers", { loadBalancer: { address: "10.0.20.200", ports: [{ name: "x", port: 9 }] } }, "loadBalancer.ports[0] 9/TCP is no port of the service. Name it in ports as well, or nothing would answer."],
  ])("refuses %s", (_, change, message) => {
    expectRefusal(() => category("apps", { app: workload({ ...BASIC, ...change }) }), `Workload "app": ${message}`);
  });

  it.each<[string, string, string | undefined, string]>([
    ["of Kubernetes", "app", "kube-system", 'namespace "kube-system" is Kubernetes\' own, and would be taken over. Use one of the service\'s own, such as app.'],
    ["that everybody has", "app", "default", 'namespace "default" is Kubernetes\' own, and would be taken over. Use one of the service\'s own, such as app.'],
    ["of the nodes' leases", "app", "kube-node-lease", 'namespace "kube-node-lease" is Kubernetes\' own, and would be taken over. Use one of the service\'s own, such as app.'],
    ["by its own name", "kube-public", undefined, 'namespace "kube-public" is Kubernetes\' own, and would be taken over. Use one of the service\'s own, such as apps-kube-public.'],
  ])("refuses a namespace %s", (_, name, namespace, message) => {
    const options = namespace === undefined ? {} : { namespace };
    expectRefusal(() => category("apps", { [name]: workload(BASIC) }, options), `Workload "${name}": ${message}`);
    expectRefusal(() => category("apps", { [name]: helmWorkload({ chart: CHART, ...options }) }), `HelmWorkload "${name}": ${message}`);
  });

  it.each<[string, string, string, string]>([
    ["name", "data", "/library", "volumes.data is also the name of a mount. Choose another name."],
    ["place", "library", "/data", "mounts /data twice: library is there as well. Move the volume."],
  ])("refuses a composite's mount in the %s of its own volume", (_, name, mountPath, message) => {
    const pod: WorkloadArgs["pod"] = () => ({ mounts: [{ name, mountPath, nfs: { server: "10.0.10.5", path: "/tank" } }] });
    expectRefusal(() => rendered({ app: workload({ ...BASIC, volumes: { data: VOLUME }, relax: { nfs: REASON }, pod }) })("app"), `Workload "app": ${message}`, "apps/media");
  });

  it.each<[string, string, string]>([
    ["capitals", "App", "is not a DNS label. Use a-z, 0-9 and -, a letter or digit at both ends."],
    ["54 characters", "a".repeat(54), "has 54 characters. Use at most 53: some objects add a suffix."],
  ])("refuses a name of %s", (_, name, message) => {
    expectRefusal(() => category("apps", { [name]: workload(BASIC) }), `Workload "${name}": ${message}`);
  });

  it("refuses a namespace that is none", () => {
    expectRefusal(() => category("apps", { app: workload(BASIC) }, { namespace: "My media" }), 'Workload "app": namespace "My media" is not a DNS label. Use a-z, 0-9 and -.');
  });

  it.each<[string, Partial<WorkloadArgs>, ServiceOverride, string]>([
    ["a tag without a digest", {}, { imageTag: "2.0" }, 'imageTag "2.0" is no tag with a digest. Write it as 1.2.3@sha256:<digest>.'],
    ["a tag that is another image", {}, { imageTag: `1/evil:2@${DIGEST}` }, `imageTag "1/evil:2@${DIGEST}" is no tag with a digest. Write it as 1.2.3@sha256:<digest>.`],
    ["a host for a service without a route", { host: false }, { host: "x" }, "host is set, but the service has no route. Leave it out, or give the declaration a host."],
    ["an address for a service without a load balancer", {}, { address: "10.0.20.201" }, "address is set, but the service has no load balancer. Leave it out, or give the declaration a loadBalancer."],
    ["an address that is none", { loadBalancer: { address: "10.0.20.200", ports: [{ name: "x", port: 8080 }] } }, { address: "10.0.20" }, 'address "10.0.20" is not an IPv4 address. Use one of the site\'s pool.'],
    ["a host that is none", {}, { host: "x.y" }, 'host "x.y" is not a DNS label. Name it below the site\'s domain, without the domain itself.'],
    ["more memory than the declaration's limit", { resources: { memory: "1Gi", memoryLimit: "2Gi" } }, { resources: { memory: "4Gi" } }, "resources.memory is 4Gi, more than the memoryLimit of 2Gi. Raise memoryLimit with it."],
  ])("refuses to be overridden by %s", (_, change, override, message) => {
    const [service] = category("apps", { app: workload({ ...BASIC, ...change }) }).services;
    expectRefusal(() => service?.override(override), `Workload "app": ${message}`);
  });

  it.each([IMAGE, `localhost:5000/a:1@${DIGEST}`, `registry.example.com:5000/a/b-c_d/e.f:v1.0-rc.1@${DIGEST}`])("takes the image %s", (text) => {
    expect(category("apps", { app: workload({ ...BASIC, image: text }) }).services[0]?.facts.images).toEqual([text]);
  });
});

describe("a chart", () => {
  it.each<[string, Partial<HelmWorkloadArgs>, string]>([
    ["a misspelt argument", { vaules: {} } as Partial<HelmWorkloadArgs>, 'vaules is no argument here. Did you mean "values"?'],
    ["a misspelt permission", { network: { internett: true } } as Partial<HelmWorkloadArgs>, 'network.internett is no argument here. Did you mean "internet"?'],
    ["an open port's name", { network: { open: [{ port: 1, name: "x" }] } } as object, "network.open[0].name is no argument here. Known are: port, protocol."],
    ["a misspelt port of the pods", { route: { service: "ui", port: 80, targetport: 8080 } } as Partial<HelmWorkloadArgs>, 'route.targetport is no argument here. Did you mean "targetPort"?'],
    ["a misspelt port behind a path", { route: { service: "ui", port: 80, paths: { "/a": { service: "ui", port: 80, targetport: 8080 } } } } as Partial<HelmWorkloadArgs>, 'route.paths./a.targetport is no argument here. Did you mean "targetPort"?'],
    ["a misspelt way to go", { application: { ondelete: "orphan" } } as Partial<HelmWorkloadArgs>, 'application.ondelete is no argument here. Did you mean "onDelete"?'],
    ["a misspelt chart", { chart: { ...CHART, repo: "x" } } as Partial<HelmWorkloadArgs>, "chart.repo is no argument here. Known are: repoURL, name, version."],
    ["a mount of a chart's volume", { volumes: { data: VOLUME } }, "volumes.data.mountPath is no argument here. Known are: size, backup, storageClass."],
    ["a chart's volume without a size", { volumes: { data: { backup: "daily" } } } as object, "volumes.data.size is missing. Write it with a binary unit, such as 5Gi."],
    ["a chart's volume of a decimal size", { volumes: { data: { size: "5GB", backup: "daily" } } } as object, 'volumes.data.size "5GB" is not a size. Write it with a binary unit, such as 5Gi.'],
    ["a chart's volume without a backup class", { volumes: { data: { size: "5Gi" } } } as object, 'volumes.data.backup is missing. Use daily or weekly, or { none: "<why it needs no backup>" }.'],
    ["a chart's port that would be open to peers", { ports: [{ name: "x", port: 1, peer: false }] } as object, 'ports[0].peer is no argument here. Did you mean "peers"?'],
    ["plain http", { chart: { ...CHART, repoURL: "http://x" } }, 'chart.repoURL "http://x" is not a chart repository. Begin it with https:// or oci://.'],
    ["a registry without its scheme", { chart: { ...CHART, repoURL: "quay.io/x" } }, 'chart.repoURL "quay.io/x" is not a chart repository. Begin it with https:// or oci://.'],
    ["a name with a folder", { chart: { ...CHART, name: "a/b" } }, 'chart.name "a/b" is not a chart\'s name. Give the folder of an OCI registry in repoURL.'],
    ["a range of versions", { chart: { ...CHART, version: "1.2.x" } }, 'chart.version "1.2.x" is not an exact version. A range follows whatever is newest.'],
    ["a release's name", { release: "My Release" }, 'release "My Release" is not a release name. Use at most 53 characters of a-z, 0-9 and -.'],
    ["weaker pod security without a reason", { podSecurity: { level: "privileged", reason: "must" } }, "podSecurity.reason has no reason. Write down why the pods need it."],
    ["no policy without a reason", { network: "off" }, "network has no reason. Write down why no policy can hold, or say what the pods may reach."],
    ["a webhook's port", { network: { webhooks: [0] } }, "network.webhooks[0] is 0. Use 1 to 65535."],
    ["an open port", { network: { open: [{ port: 70_000 }] } }, "network.open[0].port is 70000. Use 1 to 65535."],
    ["a node's port", { hostPorts: [0] }, "hostPorts[0] is 0. Use 1 to 65535."],
    ["a port twice", { ports: [{ name: "x", port: 1 }, { name: "y", port: 1 }] }, "ports[1] 1/TCP is already ports[0]. Each port has a name and a number of its own."],
    ["a secret's key", { secrets: ["a key"] }, 'secrets[0] "a key" has illegal characters. Use letters, digits, dots, underscores and dashes.'],
    ["a Service that is none", { route: { service: "UI", port: 80 } }, 'route.service "UI" is not a Service\'s name. Name the Service as the chart calls it, the release\'s prefix included.'],
    ["a route's port", { route: { service: "ui", port: 80, targetPort: 0 } }, "route.targetPort is 0. Use 1 to 65535."],
    ["a public service without a route", { exposure: "public" }, "exposure is public, but the service has no route. Give it a host, or leave exposure out."],
    ["a namespace that is none", { namespace: "Core" }, 'namespace "Core" is not a DNS label. Use a-z, 0-9 and -.'],
    ["a password in front of no route", { auth: "basic" }, "auth is set, but the service has no route. Give it a host, or leave auth out."],
    ["a word where a yes or no belongs", { network: { internet: "no" } } as object, 'network.internet is "no". Use true or false.'],
    ["half a replica", { replicas: 1.5 }, "replicas is 1.5. Use a whole number of at least 0."],
    ["any kind", { clusterKinds: [{ group: "*", kind: "*" }] }, 'clusterKinds[0].kind "*" is not a kind. Write { group: "rbac.authorization.k8s.io", kind: "ClusterRole" }, each kind on its own.'],
    ["a version for a group", { clusterKinds: [{ group: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" }] }, 'clusterKinds[0].group "rbac.authorization.k8s.io/v1" is not a group. Write { group: "rbac.authorization.k8s.io", kind: "ClusterRole" }, each kind on its own.'],
    ["itself for a need", { needs: ["ctl"] }, "needs[0] is the service itself. Leave it out."],
  ])("refuses %s", (_, change, message) => {
    expectRefusal(() => category("core", { ctl: helmWorkload({ chart: CHART, ...change }) }), `HelmWorkload "ctl": ${message}`, "core");
  });

  it.each<[string, ServiceOverride, string]>([
    ["a tag", { imageTag: `1@${DIGEST}` }, "imageTag cannot be set for a chart. Its images belong to the chart's version; change that in the declaration."],
    ["resources", { resources: { memory: "1Gi" } }, "resources cannot be set for a chart. Its pods are the chart's; set them in the declaration's values."],
    ["an address without a load balancer", { address: "10.0.20.201" }, "address is set, but the service has no load balancer. Leave it out, or give the declaration a loadBalancer."],
    ["a host without a route", { host: "x" }, "host is set, but the service has no route. Leave it out, or give the declaration a route."],
  ])("refuses to be overridden by %s", (_, override, message) => {
    const [service] = category("core", { ctl: helmWorkload({ chart: CHART }) }).services;
    expectRefusal(() => service?.override(override), `HelmWorkload "ctl": ${message}`, "core");
  });
});

describe("a category", () => {
  it.each<[string, string, string]>([
    ["in no layer", "media", "is in no layer. Begin it with one of core, platform, apps, shared-config."],
    ["too deep", "apps/a/b/c", "is 4 folders deep. Use at most 3: root and service add two, and the tree is never deeper than five levels."],
    ["with capitals", "apps/Media", "has a folder that is no DNS label. Use a-z, 0-9 and - in every folder."],
    ["with an empty folder", "apps//media", "has a folder that is no DNS label. Use a-z, 0-9 and - in every folder."],
    ["that climbs out", "apps/..", "has a folder that is no DNS label. Use a-z, 0-9 and - in every folder."],
    ["too long for a label", `apps/${"m".repeat(30)}/${"n".repeat(30)}`, "has 66 characters. Use at most 63: it is a label's value."],
  ])("is refused %s", (_, path, message) => {
    expect(() => category(path, {})).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `category "${path}": ${message}` }));
    expect(() => workload(BASIC).facts({ name: "app", category: path })).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `Workload "app": category "${path}" ${message}` }));
  });
});
