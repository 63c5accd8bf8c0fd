import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { Agent, fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { TalosClient } from "./talos-client.ts";

const CLI = join(import.meta.dirname, "cli.ts");
// The type of what execa gives cannot be written down with exactOptionalPropertyTypes.
const started = (...words: string[]) => execa(process.execPath, ["--conditions=@rzp/source", CLI, ...words], { reject: false });
type Running = ReturnType<typeof started>;
const running: Running[] = [];
const folder = mkdtempSync(join(tmpdir(), "rzp-lab-cli-"));
afterEach(() => {
  for (const one of running.splice(0)) one.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function rzpLab(...words: string[]): Running {
  const child = started(...words);
  running.push(child);
  return child;
}

/** What it says before it waits, by what it is about. */
async function said(child: Running): Promise<Record<string, string>> {
  let text = "";
  while (!text.includes(" control: ")) text += String(await Promise.race([once(child.stdout, "data"), child.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`)))]));
  return Object.fromEntries([...text.matchAll(/^\w+ (\w+): (.*)$/gm)].map(([, what = "", words = ""]) => [what, words]));
}

describe("rzp-lab", () => {
  it("starts Proxmox VE with a token, hosts, faults and a folder, and stops when it is told", async () => {
    const child = rzpLab("proxmox", "--node", "pve1", "pve2", "--token", "root@pam!iac=secret", "--state", folder, "--fault", "{on: GET /pools, status: 503}");
    const { api = "", header = "" } = await said(child);
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    const get = async (path: string): Promise<{ status: number; body: unknown }> => {
      const answer = await fetch(`${api}${path}`, { dispatcher, headers: { authorization: header.replace("Authorization: ", "") } });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await get("/nodes")).toMatchObject({ status: 200, body: { data: [{ node: "pve1" }, { node: "pve2" }] } });
    expect(await get("/pools")).toMatchObject({ status: 503 });
    await dispatcher.destroy();
    child.kill("SIGTERM");
    expect(await child).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(readFileSync(join(folder, "proxmox.json"), "utf8"))).toMatchObject({ vms: {} });
  });

  it("starts Infisical with secrets from a file", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "rzp-lab-secrets-")), "secrets.yaml");
    writeFileSync(file, "/media: { API_KEY: abc }\n");
    const { api = "", project = "" } = await said(rzpLab("infisical", "--client-secret", "s3cret", "--secrets", file));
    const logged = await fetch(`${api}/v1/auth/universal-auth/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ clientId: "lab", clientSecret: "s3cret" }) });
    const { accessToken } = (await logged.json()) as { accessToken: string };
    const read = await fetch(`${api}/v3/secrets/raw/API_KEY?workspaceId=${project}&environment=prod&secretPath=/media`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(await read.json()).toMatchObject({ secret: { secretValue: "abc" } });
    writeFileSync(file, "media: {}\n/media: { API_KEY: 1 }\n");
    expect((await rzpLab("infisical", "--secrets", file)).stderr).toBe(`error: ${file}: media is no absolute folder, such as /media; /media API_KEY is no text; put it in quotes.`);
    rmSync(dirname(file), { recursive: true });
  });

  it("starts machines that run Talos, and their image factory", async () => {
    const { machines = "", factory = "" } = await said(rzpLab("talos", "--machine", "127.0.11.1:0", "127.0.11.2:0", "--talos", "v1.13.5"));
    const endpoints = machines.split(" ");
    expect(endpoints).toEqual([expect.stringMatching(/^127\.0\.11\.1:\d+$/), expect.stringMatching(/^127\.0\.11\.2:\d+$/)]);
    const client = await TalosClient.connect({ endpoint: endpoints[1] ?? "" });
    expect(await client.version()).toBe("v1.13.5");
    client.close();
    expect(await (await fetch(`${factory}/versions`)).json()).toEqual(["v1.13.5"]);
    const taken = await rzpLab("talos", "--machine", endpoints[1] ?? "");
    expect([taken.exitCode, taken.stderr]).toEqual([1, expect.stringContaining(`error: talos: cannot listen on ${endpoints[1] ?? ""}`)]);
  });

  it("starts Cloudflare with its zones and a token", async () => {
    const child = rzpLab("cloudflare", "--zone", "example.com", "example.org", "--token", "t".repeat(40));
    const { api = "", header = "" } = await said(child);
    const answer = await fetch(`${api}/zones?name=example.org`, { headers: { authorization: header.replace("Authorization: ", "") } });
    expect(await answer.json()).toMatchObject({ success: true, result: [{ name: "example.org" }] });
    child.kill("SIGINT");
    expect(await child).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.each([
    [["talos", "--machine", "10.0.0.1"], "error: --machine 10.0.0.1: 10.0.0.1 is not on the loopback."],
    [["infisical", "--secrets", "/none"], "error: /none: there is no such file."],
    [["proxmox", "--fault", "disk-ful"], 'error: There is no fault "disk-ful". Did you mean "disk-full"?'],
    [["proxmox", "--token", "secret"], "error: --token secret: is no API token. Write it as user@realm!name=secret."],
    [["proxmox", "--host", "10.0.0.1"], "error: proxmox: 10.0.0.1 is not on the loopback."],
    [["proxmox", "--port", "eight"], "Give a whole number from 0 to 65535."],
    [["proxmx"], "Did you mean proxmox?"],
  ])("says what is wrong with %j, without a stack trace", async (words, message) => {
    const { exitCode, stderr, stdout } = await rzpLab(...words);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: "", stderr: expect.stringContaining(message) as string });
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
