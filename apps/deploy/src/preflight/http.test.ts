import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { answering } from "./addresses.ts";
import { ask, askJson, type Vendor } from "./http.ts";
import { readableKeys } from "./infisical.ts";
import { ownAddress } from "./lab.test-helper.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(answer: (request: IncomingMessage) => readonly [status: number, body: string]): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { connection: "close", location: "/elsewhere" }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const vendor = (url: string): Vendor => ({ check: "x", called: "X", url, headers: { authorization: "Bearer top-secret" }, secret: "top-secret" });

describe("an answer that is none", () => {
  it.each<[string, number, string, string]>([
    ["repeats the token", 400, JSON.stringify({ message: "bad token top-secret" }), "X answered 400: bad token [secret]. Look at what it says."],
    ["writes over the terminal, and on and on", 500, JSON.stringify({ message: `\u001b[2Jno\nspace ${"x".repeat(500)}` }), `X answered 500: no space ${"x".repeat(191)}. It has a fault of its own: mend that first.`],
    ["repeats it where the words are cut off", 400, JSON.stringify({ message: `${"x".repeat(195)}top-secret` }), `X answered 400: ${"x".repeat(195)}[secr. Look at what it says.`],
    ["is an error of Cloudflare's", 403, JSON.stringify({ errors: [{ message: "Invalid access token" }] }), "X answered 403: Invalid access token. Look at what it says."],
    ["is a page", 404, "<html>", "X answered 404. Is the address right?"],
    ["leads elsewhere, where the token has no business", 302, "", "X answered 302. Look at what it says."],
    ["is well, and something else", 200, "<html>", "X answered /a with something else than expected. Is the address right, and is nothing in between that answers in its place?"],
    ["is well, and of another shape", 200, "[]", "X answered /a with something else than expected. Is the address right, and is nothing in between that answers in its place?"],
  ])("%s", async (_, status, body, message) => {
    const url = await serve(() => [status, body]);
    await expect(askJson(vendor(url), "/a?b=c", z.object({ data: z.string() }))).rejects.toThrow(message);
  });

  it("keeps its status for who can make something of it", async () => {
    const url = await serve(() => [400, "{}"]);
    await expect(ask(vendor(url), "/")).rejects.toMatchObject({ status: 400, from: "x" });
  });
});

describe("Infisical's keys", () => {
  it("are those whose values the identity can read, and its token is given back", async () => {
    const asked: string[] = [];
    const url = await serve(({ method = "", url: path = "" }) => {
      asked.push(`${method} ${path.replace(/\?.*/, "")}`);
      const secrets = [{ secretKey: "A", secretValue: "never-kept" }, { secretKey: "B", secretValueHidden: true }];
      return [200, JSON.stringify(path.includes("login") ? { accessToken: "token" } : { secrets })];
    });
    const keys = await readableKeys({ siteUrl: url, projectSlug: "homelab", environment: "prod" }, { clientId: "a", clientSecret: "b" }, ["/x"]);
    expect([...keys]).toEqual([["/x", ["A"]]]);
    expect(asked).toEqual(["POST /api/v1/auth/universal-auth/login", "GET /api/v3/secrets/raw", "POST /api/v1/auth/token/revoke"]);
  });
});

describe("an address", () => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []).find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "";

  it("of the loopback answers where somebody listens", async () => {
    const server = createTcpServer();
    servers.push(server);
    const [address, silent] = [ownAddress(), ownAddress()];
    await new Promise<void>((resolve) => server.listen(50_000, address, resolve));
    expect(await answering([address, silent])).toEqual([address]);
  });

  it.skipIf(own === "")("of a network answers where it refuses, too (skipped where this machine is in no network)", async () => {
    expect(await answering([own])).toEqual([own]);
  });
});
