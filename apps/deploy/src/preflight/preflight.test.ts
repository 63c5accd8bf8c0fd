import { createServer as createHttpsServer, type Server } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { kubeconfig, makeAuthority, startTalos } from "@rzp/lab";
import { afterEach, describe, expect, it } from "vitest";
import { CHECKS } from "./checks.ts";
import { complaints, machinesInState, makeForeign, makeThere, ownAddress, startLab, type Lab } from "./lab.test-helper.ts";
import { TYPES } from "./wanted.ts";

const labs: Lab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close();
});

async function started(args: Parameters<typeof startLab>[0] = {}): Promise<Lab> {
  const lab = await startLab(args);
  labs.push(lab);
  return lab;
}

const writes = ({ proxmox, cloudflare, infisical }: Lab): string[] => [...proxmox.calls, ...cloudflare.calls, ...infisical.calls].filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);

describe("a homelab that is yet to be made", () => {
  it("may begin, and nothing but a login was written anywhere", async () => {
    const lab = await started();
    expect(complaints(await lab.look())).toEqual({});
    expect(writes(lab)).toEqual(["POST /api/v1/auth/universal-auth/login", "POST /api/v1/auth/token/revoke"]);
  });

  it("runs only what concerns a verb", async () => {
    const lab = await started();
    expect(Object.keys(await lab.look("refresh"))).toEqual(["proxmox", "cloudflare"]);
    expect(Object.keys(await lab.look("destroy"))).toEqual(["proxmox", "cloudflare", "state", "pending", "machines"]);
    expect(Object.keys(await lab.look("up"))).toEqual(CHECKS.map(({ name }) => name));
    expect(Object.keys(await lab.look("preview"))).toEqual(CHECKS.map(({ name }) => name));
  });
});

describe("a homelab that was made", () => {
  it("may be changed: what is there is ours", async () => {
    const lab = await started();
    const names = lab.wanted.machines.map(({ name }) => name);
    for (const name of names) makeThere(lab, name);
    lab.tell({ resources: machinesInState(lab, names), history: [{ kind: "update", result: "succeeded" }] });
    expect(complaints(await lab.look())).toEqual({});
    expect(complaints(await lab.look("destroy"))).toEqual({});
  });
});

/** Each fault: how it comes about, and what stands at which check. */
const FAULTS: [string, (lab: Lab) => unknown, Record<string, RegExp>][] = [
  ["a wrong token of Proxmox", ({ situation }) => (situation.environment.PROXMOX_VE_API_TOKEN = "root@pam!lab=00000000-0000-4000-8000-000000000001"), { proxmox: /^failed: Proxmox at 127\.0\.0\.1:\d+ answered 401: invalid token value! PROXMOX_VE_API_TOKEN is wrong or has expired/ }],
  ["a token that is not set", ({ situation }) => (situation.environment.CLOUDFLARE_API_TOKEN = ""), { cloudflare: /^failed: CLOUDFLARE_API_TOKEN is not set\. Run under Infisical/, names: /^open: not looked at: it needs "cloudflare"$/ }],
  ["an expired token of Cloudflare", ({ cloudflare }) => { cloudflare.faults.add("token-expired"); }, { cloudflare: /^failed: Cloudflare answered 403: Invalid access token\. CLOUDFLARE_API_TOKEN is wrong, has expired, or lacks/ }],
  ["a wrong secret of the cluster's identity", ({ situation }) => (situation.environment.ESO_INFISICAL_CLIENT_SECRET = "wrong"), { infisical: /^failed: Infisical at \S+ answered 401: Invalid credentials\. ESO_INFISICAL_CLIENT_ID or/, secrets: /needs "infisical"$/ }],
  ["a wrong token for git", ({ situation }) => (situation.environment.GIT_TOKEN = "wrong"), { git: /^failed: The git server at \S+ answered 401\. GIT_USERNAME or GIT_TOKEN is wrong/ }],
  ["a git server that is none", ({ stack, situation }) => (stack.git.repoURL = `${situation.factory ?? ""}/login`), { git: /^failed: The git server at \S+ answered with something that is no git repository\. Look at homelab:git\.repoURL/ }],
  ["a repository that is not there", ({ stack, situation }) => (stack.git.repoURL = `${situation.factory ?? ""}/nothing.git`), { git: /^failed: The git server at \S+ answered 404\. Look at homelab:git\.repoURL/ }],
  ["a branch that is not pushed", ({ stack }) => (stack.git.revision = "next"), { git: /^failed: The repository has no branch or tag next, which Argo CD is to follow; it has main\./ }],
  ["a Talos that is not made", ({ stack }) => (stack.cluster.talos = "v1.13.99"), { factory: /^failed: The image factory makes no Talos v1\.13\.99\..*such as v1\.13\.9\.$/ }],
  ["an id that is taken", (lab) => { makeForeign(lab, 2011); }, { machines: /^failed: 2011 \(cp-1\) is taken by "nas" on pve-1: the provider would adopt that machine.*another vmId in Pulumi\.homelab\.yaml \(2014 is free\)/ }],
  ["an id that is taken on another host", (lab) => { makeForeign(lab, 2011, {}, "pve-3"); }, { machines: /2011 \(cp-1\) is taken by "nas" on pve-3/ }],
  ["a MAC address that is taken", (lab) => { makeForeign(lab, 300, { net0: `virtio=${lab.wanted.machines[0]?.macs[0] ?? ""},bridge=vmbr0` }); }, { machines: /^failed: cp-1 \(2011\) shares the MAC address [0-9A-F:]{17} with 300 \("nas" on pve-1\)\./ }],
  ["a name that is taken", (lab) => { makeForeign(lab, 300, { name: "cp-1" }); }, { machines: /^failed: cp-1 \(2011\) shares its name with 300 \("cp-1" on pve-1\)\./ }],
  ["an address in another machine's configuration", (lab) => { makeForeign(lab, 300, { ipconfig0: "ip=127.0.62.11/24,gw=127.0.62.1" }); }, { addresses: /^failed: 127\.0\.62\.11 \(cp-1\) is the address of 300 \("nas" on pve-1\)\./ }],
  ["a machine of ours that the state does not know", (lab) => { makeThere(lab, "cp-1"); }, { machines: /^failed: 2011 \(cp-1\) is "cp-1" on pve-1: it looks like ours, but the state does not know it.*import the machine \(pulumi import, id pve-1\/2011\)/ }],
  ["a machine that is gone", (lab) => { lab.tell({ resources: machinesInState(lab, ["cp-1"]) }); }, { machines: /^failed: cp-1 \(2011\) is gone from Proxmox, and the state still knows it.*refresh --stack homelab/ }],
  ["a disk that would get smaller", (lab) => {
    makeThere(lab, "cp-1");
    Object.assign(lab.proxmox.cluster.vms[2011]?.config ?? {}, { scsi0: "local-lvm:vm-2011-disk-0,size=80G" });
    lab.tell({ resources: machinesInState(lab, ["cp-1"]) });
  }, { disks: /^failed: scsi0 of cp-1 is 80Gi and would become 40Gi: no disk gets smaller/ }],
  ["an image's storage without room", ({ proxmox }) => proxmox.cluster.volumes.push({ volid: "local:iso/big.iso", node: "pve-1", content: "iso", format: "iso", size: 99 * 2 ** 30, written: 99 * 2 ** 30, ctime: 0 }), { storage: /^failed: The storage local on pve-1 has 1Gi free, and Talos' image will take up to 2Gi\. Make room/ }],
  ["a name in the zone that is taken", ({ cloudflare, wanted, stack }) => cloudflare.state.records.push({ id: "1", zone: stack.cloudflare.zoneId, name: wanted.records[0]?.name ?? "", type: "A", content: "192.0.2.99", proxied: false, ttl: 300, settings: {}, comment: null, tags: [], created_on: "", modified_on: "" }), { names: /^failed: \S+\.home\.example\.com has a record already \(A 192\.0\.2\.99\)\./ }],
  ["a tunnel's name that is taken", ({ cloudflare, stack }) => cloudflare.state.tunnels.push({ id: "t", account: stack.cloudflare.accountId, name: "homelab", secret: "", config_src: "cloudflare", created_at: "", deleted_at: null, connections: [] }), { names: /^failed: There is a tunnel "homelab" already\./ }],
  ["a stale tree", ({ situation }) => (situation.tree = () => ["kubernetes/apps/media/streaming/plex/service.yaml"]), { tree: /^failed: A file of the tree differs from the declarations: kubernetes\/apps\/media\/streaming\/plex\/service\.yaml\. \.\/rzp render, commit and push/ }],
  ["a last run that failed", (lab) => { lab.tell({ resources: machinesInState(lab, []).concat({ urn: "urn:x::y::z::stack", type: "pulumi:pulumi:Stack" }), history: [{ kind: "update", result: "failed", startTime: "2026-11-01T10:00:00.000Z" }] }); }, { "last-run": /^failed: The up of 2026-11-01T10:00:00\.000Z failed, and no refresh has followed it.*"\.\/rzp refresh --stack homelab"/ }],
  ["an operation that nobody saw the end of", (lab) => { lab.tell({ pending: [{ type: "creating", resource: { urn: "urn:pulumi:homelab::homelab::x::cp-1" } }] }); }, { pending: /^failed: A run was killed in the middle of creating cp-1\. Look in Proxmox/ }],
  ["a missing secret", ({ infisical }) => Reflect.deleteProperty(infisical.state.projects.homelab?.environments.prod?.["/apps/media/acquisition/sonarr"] ?? {}, "SONARR__AUTH__APIKEY"), { secrets: /^failed: \/apps\/media\/acquisition\/sonarr in Infisical lacks SONARR__AUTH__APIKEY, which sonarr reads\. Make it there/ }],
  ["Proxmox that is down", ({ proxmox }) => proxmox.close(), { proxmox: /^failed: Proxmox at \S+ could not be reached \(ECONNREFUSED\)\. Is the address right/, rights: /needs "proxmox"/, machines: /needs "proxmox"/, disks: /needs "proxmox"/, addresses: /needs "proxmox"/, storage: /needs "proxmox"/ }],
  ["Proxmox that cuts the connection", ({ proxmox }) => { proxmox.faults.add({ on: "GET /nodes", cut: "before" }); }, { proxmox: /^failed: Proxmox at \S+ could not be reached \((UND_ERR_SOCKET|ECONNRESET)\)/ }],
  ["Proxmox with a fault of its own", ({ proxmox }) => { proxmox.faults.add({ on: "GET /version", status: 503 }); }, { proxmox: /^failed: Proxmox at \S+ answered 503: Service Unavailable\. It has a fault of its own/ }],
  ["Infisical that is rate limited", ({ infisical }) => { infisical.faults.add("rate-limit"); }, { infisical: /^failed: Infisical at \S+ answered 429: Rate limit exceeded\. Please try again in 60 seconds\. Too many requests: wait a minute/ }],
  ["Cloudflare that is rate limited", ({ cloudflare }) => { cloudflare.faults.add("rate-limit"); }, { cloudflare: /^failed: Cloudflare answered 429.*wait a minute/ }],
  ["Infisical that is down", ({ infisical }) => { infisical.faults.add("down"); }, { infisical: /^failed: Infisical at \S+ could not be reached/ }],
];

describe("is refused, with what to do", () => {
  it.each(FAULTS)("%s", async (_, spoil, expected) => {
    const lab = await started();
    await spoil(lab);
    const found = complaints(await lab.look());
    for (const [check, words] of Object.entries(expected)) expect(found[check]).toMatch(words);
    expect(JSON.stringify(found)).not.toMatch(/never-shown|eso-secret|git-secret|lab-0000/);
    // What is well is not spoilt by what is not.
    const rest = Object.entries(found).filter(([check, words]) => !(check in expected) && !words.startsWith("open: not looked at"));
    expect(rest).toEqual([]);
  });

  it("a token without the rights, by privilege and place", async () => {
    const lab = await started({ tokens: [{ id: "root@pam!lab", secret: "00000000-0000-4000-8000-000000000000", privileges: ["Sys.Audit", "VM.Audit", "Datastore.Audit"] }] });
    expect(complaints(await lab.look())).toEqual({
      rights: expect.stringMatching(/^failed: The Proxmox token lacks VM\.Allocate on \/vms\/2011, \/vms\/2012, \/vms\/2013 and 3 more; .*Datastore\.AllocateSpace on \/storage\/local-lvm; .*SDN\.Use on \/sdn\/zones\/localnetwork\/vmbr0\/20\. Give its user the role/) as string,
    });
  });

  it("a token that may not list the images, before a refresh forgets them", async () => {
    const lab = await started({ tokens: [{ id: "root@pam!lab", secret: "00000000-0000-4000-8000-000000000000", privileges: ["Sys.Audit", "VM.Audit"] }] });
    expect(complaints(await lab.look("refresh"))).toEqual({ proxmox: expect.stringMatching(/^failed: Proxmox at \S+ answered 403: Permission check failed \(\/storage\/local, Datastore\.Audit\)\. The token may not do this/) as string });
  });

  it("a host and a storage that are not there", async () => {
    const lab = await started({ hosts: ["pve-1", "pve-2", "pve-4"].map((name) => ({ name, storages: [{ name: "local", type: "dir", content: ["iso"], size: "100Gi" }] })) });
    lab.proxmox.faults.add({ on: "GET /nodes/pve-3/**", status: 500, message: "no such cluster node 'pve-3'\n" });
    expect(complaints(await lab.look())).toMatchObject({ proxmox: expect.stringMatching(/answered 500: no such cluster node 'pve-3'/) as string });
  });

  it("disks that do not fit all together", async () => {
    const storages = [
      { name: "local", type: "dir", content: ["import"], size: "100Gi" },
      { name: "local-lvm", type: "lvm", content: ["images"], size: "550Gi" },
    ] as const;
    const lab = await started({ hosts: ["pve-1", "pve-2", "pve-3"].map((name) => ({ name, storages })) });
    expect(complaints(await lab.look()).storage).toMatch(/^failed: The storage local-lvm on pve-1 has 550Gi free, and scsi0 of cp-1, scsi0 of worker-1, scsi1 of worker-1 will take up to 600\.4Gi\./);
  });

  it("an address that somebody answers at", async () => {
    const lab = await started();
    const address = ownAddress();
    const server = createServer().listen(6443, address);
    try {
      lab.situation.balanced = [{ address: address, of: "traefik" }];
      expect(complaints(await lab.look())).toEqual({ addresses: `failed: Somebody answers at ${address}, which traefik is to get. Give that one another address, or write another one into Pulumi.homelab.yaml.` });
    } finally {
      server.close();
    }
  });
});

describe("a cluster that was started", () => {
  const nodes = (kubeletVersion: string, osImage: string): string => JSON.stringify({ items: [{ metadata: { name: "cp-1" }, status: { nodeInfo: { kubeletVersion, osImage } } }] });
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** An API server that lets in nobody but the kubeconfig's user, and a state that has that kubeconfig. */
  async function withCluster(lab: Lab, answers: Readonly<Record<string, [number, string]>>): Promise<string[]> {
    const authority = await makeAuthority("kubernetes");
    const identity = await authority.server("kube-apiserver", ["127.0.0.1"]);
    const asked: string[] = [];
    const server = createHttpsServer({ cert: identity.certificate, key: identity.key, ca: authority.certificate, requestCert: true }, (request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      const [status, body] = answers[request.url ?? ""] ?? [404, "{}"];
      response.writeHead(status).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    lab.tell({ resources: [{ urn: "urn:k", type: TYPES.kubeconfig, id: "homelab" }], kubeconfig: kubeconfig({ server: url, authority: authority.certificate, user: await authority.client("admin", "system:masters") }) });
    return asked;
  }

  it.each<[string, Readonly<Record<string, [number, string]>>, object]>([
    ["is well", { "/readyz": [200, "ok"], "/api/v1/nodes": [200, nodes("v1.36.3", "Talos (v1.13.9)")] }, {}],
    ["is not ready", { "/readyz": [500, "[-]etcd failed"] }, { cluster: expect.stringMatching(/^failed: The Kubernetes API at \S+ answered 500\. Mend the cluster first/) as string, versions: 'open: not looked at: it needs "cluster"' }],
    ["runs an older Talos than this Kubernetes needs", { "/readyz": [200, "ok"], "/api/v1/nodes": [200, nodes("v1.35.2", "Talos (v1.12.4)")] }, { versions: expect.stringMatching(/^failed: Kubernetes v1\.36\.3 does not run on the Talos of cp-1 \(v1\.12\.4\)\. Upgrade Talos there first/) as string }],
    ["is two minor versions behind", { "/readyz": [200, "ok"], "/api/v1/nodes": [200, nodes("v1.34.0", "Talos (v1.13.9)")] }, { versions: expect.stringMatching(/more than one minor version ahead of cp-1 \(v1\.34\.0\)\. Write the next minor version/) as string }],
    ["answers with something else", { "/readyz": [200, "ok"], "/api/v1/nodes": [200, "<html>"] }, { cluster: expect.stringMatching(/answered \/api\/v1\/nodes with something else/) as string, versions: 'open: not looked at: it needs "cluster"' }],
  ])("%s", async (_, answers, expected) => {
    const lab = await started();
    const asked = await withCluster(lab, answers);
    expect(complaints(await lab.look())).toEqual(expected);
    expect(asked[0]).toBe("GET /readyz");
  });

  it("is down", async () => {
    const lab = await started();
    await withCluster(lab, {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(complaints(await lab.look()).cluster).toMatch(/^failed: The Kubernetes API at \S+ could not be reached \(ECONNREFUSED\)\. Mend the cluster first/);
  });

  it("has a kubeconfig that is none", async () => {
    const lab = await started();
    lab.tell({ resources: [{ urn: "urn:k", type: TYPES.kubeconfig, id: "homelab" }], kubeconfig: "apiVersion: v1" });
    expect(complaints(await lab.look()).cluster).toMatch(/^failed: The kubeconfig/);
  });
});

describe("a machine that was configured", () => {
  const urn = "urn:pulumi:homelab::homelab::talos:machine/configurationApply:ConfigurationApply::homelab-cp-1";
  const ENDPOINT = ownAddress();

  /** As after an `up`, with the machine's Talos somewhere else than its address. */
  async function configured(): Promise<Lab> {
    const lab = await started();
    makeThere(lab, "cp-1");
    lab.tell({ resources: [...machinesInState(lab, ["cp-1"]), { urn, type: TYPES.configuration, inputs: { node: "127.0.62.11", endpoint: ENDPOINT } }] });
    return lab;
  }

  it("and does not answer, is told before anything waits for it", async () => {
    expect(complaints(await (await configured()).look())).toEqual({ talos: expect.stringMatching(/^failed: Talos at 127\.0\.62\.11 \(homelab-cp-1\) does not answer: .* Start the machine in Proxmox/) as string });
  });

  it("and waits for a configuration again, is told with the command that sends it", async () => {
    const talos = await startTalos();
    try {
      await talos.boot({ address: ENDPOINT });
      const { talos: found } = complaints(await (await configured()).look());
      expect(found).toContain("127.0.62.11 (homelab-cp-1) waits for a configuration that the state calls sent: nothing would send it again.");
      expect(found).toContain(`./rzp up --stack homelab --replace '${urn}' --skip "talos: homelab-cp-1 is sent its configuration".`);
      expect(talos.rpcs.map(({ method }) => method)).toEqual(["/storage.StorageService/Disks"]);
    } finally {
      await talos.close();
    }
  });

  it("and wants a certificate, is well", async () => {
    const authority = await makeAuthority("talos");
    const { certificate, key } = await authority.server("cp-1", [ENDPOINT]);
    const server = createHttpsServer({ cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ["h2"] }).listen(50_000, ENDPOINT);
    try {
      expect(complaints(await (await configured()).look())).toEqual({});
    } finally {
      server.close();
    }
  });

  it("and was lost, is not asked for: it is to be made again", async () => {
    const lab = await started();
    lab.tell({ resources: [{ urn, type: TYPES.configuration, inputs: { node: "127.0.62.11", endpoint: ENDPOINT } }] });
    expect(complaints(await lab.look())).toEqual({});
  });
});

describe("a vendor that is slow", () => {
  it("is given up on, and the others are looked at all the same", async () => {
    const lab = await started();
    lab.proxmox.faults.add({ on: "GET /version", delay: 60_000 });
    const found = complaints(await lab.look("refresh"));
    expect(found).toEqual({ proxmox: expect.stringMatching(/^failed: Proxmox at \S+ did not answer within 4 s\./) as string });
  });
});

describe("without pulumi on this machine", () => {
  const without = (lab: Lab): void => {
    lab.situation.environment.PATH = "/nowhere";
  };

  it("what only the state can tell stays open, and the rest is looked at", async () => {
    const lab = await started();
    without(lab);
    expect(complaints(await lab.look())).toEqual({
      state: "open: pulumi is not on PATH, so nobody can say what is ours. Install pulumi and log in to the backend of the stack.",
      ...Object.fromEntries(["pending", "last-run", "cluster", "talos"].map((name) => [name, 'open: not looked at: it needs "state"'])),
      versions: 'open: not looked at: it needs "state"',
    });
  });

  it("a machine that looks like ours is not taken for ours, and another's is refused", async () => {
    const lab = await started();
    without(lab);
    makeThere(lab, "cp-1");
    makeForeign(lab, 2012);
    const { machines } = await lab.look();
    expect(machines).toMatchObject({
      status: "failed",
      problems: [
        { problem: '2011 (cp-1) is "cp-1" on pve-1, which looks like ours; only the state can tell.', unsure: true },
        { problem: expect.stringMatching(/^2012 \(cp-2\) is taken by "nas"/) as string },
      ],
    });
  });
});

describe("a check that is skipped", () => {
  it("reads nothing, and says why", async () => {
    const lab = await started();
    lab.cloudflare.faults.add("down");
    const found = await lab.look("refresh", new Map([["cloudflare", "it is their night"]]));
    expect(found.cloudflare).toMatchObject({ status: "skipped", reason: "it is their night" });
    expect(lab.cloudflare.calls).toEqual([]);
    expect(found.proxmox?.status).toBe("ok");
  });
});
