import { afterEach, describe, expect, it } from "vitest";
import { waitForArgo } from "./argo.ts";
import { comment, commentText, type PullRequest } from "./comment.ts";
import { argoCd, harnessCode, serve, type Answer, type Request } from "./sandbox.test-helper.ts";

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function open(answer: (request: Request) => Answer): Promise<{ url: string; requests: Request[] }> {
  const server = await serve(answer);
  close = server.close;
  return server;
}

const pullRequest = (url: string, token = "pat.secret"): PullRequest => ({ host: "harness", url, token, repository: "rzp-infra", number: "7", scope: { accountIdentifier: "a", orgIdentifier: "o", projectIdentifier: "p" } });

describe("comment", () => {
  it("writes one, and over it the next time; what people wrote stays", async () => {
    const comments = [{ id: 1, text: "looks good" }, { id: 2, text: "<!-- rzp: what this changes -->\nwas taken away", deleted: 1 }];
    const { url } = await open(harnessCode(comments));
    expect(await comment(pullRequest(url), "one")).toBe("created");
    expect(await comment(pullRequest(url), "two")).toBe("updated");
    expect(comments.map(({ text }) => text.split("\n")[1] ?? text)).toEqual(["looks good", "was taken away", "two"]);
  });

  it.each(["github", "forgejo"] as const)("speaks to %s", async (host) => {
    const bodies: string[] = [];
    const { url, requests } = await open(({ method, path, query, body }) => {
      if (method === "GET") return [200, query.page === "1" ? bodies.map((one, id) => ({ id, body: one })) : []];
      const sent = (JSON.parse(body) as { body: string }).body;
      if (method === "PATCH") bodies[Number(path.split("/").at(-1))] = sent;
      else bodies.push(sent);
      return [201, {}];
    });
    const pull = { ...pullRequest(url), host, repository: "me/home" };
    expect([await comment(pull, "one"), await comment(pull, "two")]).toEqual(["created", "updated"]);
    expect(bodies).toEqual(["<!-- rzp: what this changes -->\ntwo\n"]);
    expect(requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /repos/me/home/issues/7/comments", "PATCH /repos/me/home/issues/comments/0"]);
  });

  it("tells what is wrong with the token, and not the token", async () => {
    const { url } = await open(harnessCode());
    const error: unknown = await comment(pullRequest(url, "pat.other"), "one").catch((thrown: unknown) => thrown);
    expect(String(error)).toBe(`ServiceError: Harness Code answers 401 to GET ${url}/code/api/v1/repos/rzp-infra/pullreq/7/activities: the token is unknown there, or has run out: {"message":"no such token ***"}`);
  });

  it("tells a page for signing in, and a server that is not there", async () => {
    const { url } = await open(() => [200, "<html>"]);
    await expect(comment(pullRequest(url), "one")).rejects.toThrow("something that is no JSON; is http://127.0.0.1");
    await close?.();
    close = undefined;
    await expect(comment(pullRequest(url), "one")).rejects.toThrow("Harness Code cannot be reached: GET");
  });

  it("cuts what no host takes, outside of a block", () => {
    const text = commentText(`\`\`\`diff\n${"+ line\n".repeat(20_000)}\`\`\``);
    expect(text.length).toBeLessThan(61_000);
    expect(text).toMatch(/\+ line\n```\n\n\*\*Cut here/);
  });
});

describe("waitForArgo", () => {
  const revision = "a".repeat(40);
  const wait = (server: string, looks: number, said: string[] = []): Promise<string[]> =>
    waitForArgo({ server, token: "argo.secret", root: "homelab", revision, looks, pause: () => Promise.resolve(), say: (line) => said.push(line) });

  it("looks at the root, then at all others, and is content only after that", async () => {
    const { url, requests } = await open(argoCd(revision));
    expect(await wait(url, 5)).toEqual([]);
    expect(requests.map(({ path, query }) => `${path} ${query.refresh ?? ""}`.trim())).toEqual(["/api/v1/applications/homelab normal", "/api/v1/applications", "/api/v1/applications/homelab normal", "/api/v1/applications/immich normal", "/api/v1/applications"]);
  });

  it("says what is not well when it gives up, and each state once", async () => {
    const { url } = await open(argoCd(revision, { sync: "OutOfSync", health: "Degraded" }));
    const said: string[] = [];
    expect(await wait(url, 4, said)).toEqual(["immich is OutOfSync, Degraded (no pod is ready)"]);
    expect(said).toEqual(["waiting: immich is OutOfSync, Degraded (no pod is ready)"]);
  });

  it("does not take the commit before for this one", async () => {
    const { url } = await open(argoCd("b".repeat(40)));
    expect(await wait(url, 3)).toEqual([`homelab is not at ${"a".repeat(12)} yet`]);
  });
});
