import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { Agent, fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";

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

  it.each([
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
