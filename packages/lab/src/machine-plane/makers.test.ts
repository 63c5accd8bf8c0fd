import { afterEach, describe, expect, it } from "vitest";
import { HAVE_TRACES, traces } from "../stand-ins/traces.test-data.ts";
import { closeAll, FILE, image, lab, vm, VM } from "./vendors.test-data.ts";

afterEach(closeAll);

describe("a machine", () => {
  it("is made of its image, grown and started, and its calls are told apart from another's", async () => {
    const { proxmox, make, called } = await lab();
    await make(FILE, "talos", image);
    expect(await make(VM, "cp-1", vm())).toMatchObject({ id: "102" });
    await make(VM, "cp-2", vm({ name: "cp-2", vmId: 1020, started: false }));
    expect(called()).toEqual([
      ["POST /nodes/pve1/storage/local/download-url", "3 reads"],
      ["POST /nodes/pve1/qemu", "PUT /nodes/pve1/qemu/102/resize", "POST /nodes/pve1/qemu/102/status/start", "6 reads"],
      ["POST /nodes/pve1/qemu", "PUT /nodes/pve1/qemu/1020/resize", "3 reads"],
    ]);
    expect(Object.values(proxmox.cluster.vms).map(({ vmid, running }) => [vmid, running !== undefined])).toEqual([[102, true], [1020, false]]);
  });

  it("fails with what its task says, with a refusal's own words, and with an input that would be left out", async () => {
    const { proxmox, make, made } = await lab();
    await make(FILE, "talos", image);
    proxmox.faults.add("disk-full");
    await expect(make(VM, "cp-1", vm())).rejects.toThrow('POST /nodes/pve1/qemu: the task ended with "unable to create VM - lvcreate failed: insufficient free space"');
    proxmox.faults.clear();
    await expect(make(VM, "cp-1", vm({ machine: "q 35" }))).rejects.toThrow(/POST \/nodes\/pve1\/qemu: 400 Parameter verification failed\. machine: /);
    await expect(make(VM, "cp-1", vm({ hostpcis: [{ device: "hostpci0" }] }))).rejects.toThrow("hostpcis is an input that the lab does not send; only the real engine does.");
    await expect(make(VM, "cp-1", vm({ agent: { enabled: true, waitForIp: { disabled: true }, type: "isa" } }))).rejects.toThrow("agent.type is an input that the lab does not send; only the real engine does.");
    expect(made.map(({ name }) => name)).toEqual(["talos"]);
  });
});

interface Sent {
  method: string;
  path: string;
  body: unknown;
}

/** What the real provider sent, without who asked for it. */
const sentBy = (vendor: string, wanted: (call: Sent) => boolean): Sent[] =>
  (traces(vendor).find(([scenario]) => scenario === "create")?.[1] ?? []).filter(wanted).map(({ method, path, body }) => ({ method, path, body }));
const isWrite = ({ method }: Sent): boolean => method !== "GET";

describe.skipIf(!HAVE_TRACES)(`what the real providers sent (needs ${HAVE_TRACES ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  it("is what is sent for an image and a machine, field by field", async () => {
    const { proxmox, make } = await lab();
    await make(FILE, "talos", image);
    await make(VM, "cp-1", vm());
    const expected = sentBy("proxmox", (call) => isWrite(call) && !call.path.includes("/101/") && (call.body as { vmid?: string } | null)?.vmid !== "101");
    expect(expected).toHaveLength(4);
    expect(proxmox.calls.filter(isWrite).map(({ method, path, body }) => ({ method, path, body }))).toEqual(expected);
  });

  it("is what is sent for a tunnel, its rules and a record", async () => {
    const { cloudflare, make, makers } = await lab();
    const [zone] = cloudflare.state.zones;
    if (zone === undefined) throw new Error("no zone");
    const accountId = zone.account.id;
    const { id: tunnelId } = await make("cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared", "homelab", { accountId, name: "homelab", configSrc: "cloudflare" });
    await make("cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig", "homelab", { accountId, tunnelId, config: { ingresses: [{ hostname: "app.example.com", service: "http://traefik.traefik:80" }, { service: "http_status:404" }] } });
    await make("cloudflare:index/dnsRecord:DnsRecord", "nas", { zoneId: zone.id, name: "nas.example.com", type: "A", content: "192.0.2.10", proxied: false, ttl: 300 });
    const plain = (calls: readonly Sent[]): unknown[] => calls.map(({ method, path, body }) => [method, path.split("/").at(-1), body]).sort();
    const expected = sentBy("cloudflare", (call) => isWrite(call) && (call.body as { name?: string } | null)?.name !== "app.example.com");
    expect(expected).toHaveLength(3);
    expect(plain(cloudflare.calls.filter(isWrite))).toEqual(plain(expected));
    const token = await makers.invokes["cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken"]?.({ accountId, tunnelId });
    expect(JSON.parse(Buffer.from(token?.token as string, "base64").toString())).toMatchObject({ a: accountId, t: tunnelId });
  });
});
