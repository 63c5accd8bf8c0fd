import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "./refusal.ts";
import { serve, type StandIn, type StandInArgs } from "./server.ts";
import { State } from "./state.ts";

const running: { close: () => Promise<void> }[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A vendor of shelves: what is put on one can be got from it. */
async function shelves(args: StandInArgs = {}): Promise<StandIn> {
  const state = new State<Record<string, unknown>>(args.folder, "shelves", {});
  const standIn = await serve(
    {
      name: "shelves",
      base: "/api",
      routes: [
        { method: "GET", path: "/shelves/{shelf}", handle: ({ params, query }) => ({ body: { is: state.value[params.shelf ?? ""] ?? null, query } }) },
        {
          method: "PUT",
          path: "/shelves/{shelf}",
          handle: ({ params: { shelf = "" }, body, failTask }) => {
            state.value[shelf] = body;
            return { status: 201, body: { failTask: failTask ?? null } };
          },
        },
      ],
      unknown: ({ method, path }) => new Refusal(501, `no ${method} ${path}`),
      authenticate: ({ headers }) => {
        if (headers.authorization === "nobody") throw new Refusal(401, "who are you?\n");
      },
      refuse: ({ status, message, code }) => ({ status, reason: message, body: { refused: message, code } }),
      faults: { "rate-limit": { status: 429 } },
      save: () => {
        state.save();
      },
    },
    args,
  );
  running.push(standIn);
  return standIn;
}

async function call(standIn: StandIn, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown[]> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${standIn.url}${path}`, { method, ...content, headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers } });
  return [response.status, await response.json()];
}

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "rzp-stand-in-"));
  folders.push(made);
  return made;
};

describe("a call", () => {
  it("is split at its slashes before it is decoded", async () => {
    const standIn = await shelves();
    await call(standIn, "PUT", "/api/shelves/local%3Aimport%2Fa%21b", "box");
    expect(await call(standIn, "GET", "/api/shelves/local%3aimport%2fa!b/?n=1")).toEqual([200, { is: "box", query: { n: "1" } }]);
  });

  it("has the fields of a form, the value of JSON or a text as its body", async () => {
    const standIn = await shelves();
    await fetch(`${standIn.url}/api/shelves/a`, { method: "PUT", body: new URLSearchParams({ tags: "a;b", net0: "virtio,bridge=x" }) });
    await fetch(`${standIn.url}/api/shelves/b`, { method: "PUT", body: "customization: {}", headers: { "content-type": "application/yaml" } });
    expect(await call(standIn, "GET", "/api/shelves/a")).toMatchObject([200, { is: { tags: "a;b", net0: "virtio,bridge=x" } }]);
    expect(await call(standIn, "GET", "/api/shelves/b")).toMatchObject([200, { is: "customization: {}" }]);
  });

  it("is refused in the vendor's shape when it is not known, not allowed or not JSON", async () => {
    const standIn = await shelves();
    expect(await call(standIn, "GET", "/api/cellar")).toEqual([501, { refused: "no GET /api/cellar" }]);
    expect(await call(standIn, "GET", "/api/shelves/a", undefined, { authorization: "nobody" })).toEqual([401, { refused: "who are you?\n" }]);
    const broken = await fetch(`${standIn.url}/api/shelves/a`, { method: "PUT", body: "{", headers: { "content-type": "application/json" } });
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining("the body is not JSON")]);
  });

  it("is logged with its answer", async () => {
    const standIn = await shelves();
    await call(standIn, "PUT", "/api/shelves/a", { n: 1 });
    expect(standIn.calls).toEqual([{ method: "PUT", path: "/api/shelves/a", query: {}, body: { n: 1 }, status: 201, answer: { failTask: null } }]);
    expect(await call(standIn, "GET", "/rzp-lab/calls")).toEqual([200, JSON.parse(JSON.stringify(standIn.calls))]);
  });
});

describe("faults", () => {
  it("hit the n-th matching call, as often as they say", async () => {
    const standIn = await shelves({ faults: ["{on: PUT /shelves/*, nth: 2, times: 1, status: 507, message: full, code: 9}"] });
    const put = async (): Promise<unknown[]> => call(standIn, "PUT", "/api/shelves/a", 1);
    expect([await put(), await put(), await put()]).toEqual([[201, { failTask: null }], [507, { refused: "full", code: 9 }], [201, { failTask: null }]]);
    expect(await call(standIn, "GET", "/api/shelves/a")).toMatchObject([200, { is: 1 }]);
  });

  it("cut the connection before a call is made, or after it was", async () => {
    const standIn = await shelves({ faults: [{ on: "PUT /shelves/before", cut: "before" }, { on: "PUT /shelves/after", cut: "after" }] });
    await expect(call(standIn, "PUT", "/api/shelves/before", 1)).rejects.toThrow("fetch failed");
    await expect(call(standIn, "PUT", "/api/shelves/after", 1)).rejects.toThrow("fetch failed");
    expect(standIn.calls.map(({ status }) => status)).toEqual([0, 0]);
    expect(await call(standIn, "GET", "/api/shelves/before")).toMatchObject([200, { is: null }]);
    expect(await call(standIn, "GET", "/api/shelves/after")).toMatchObject([200, { is: 1 }]);
  });

  it("are told, listed and taken back while it runs, and may only delay or fail a task", async () => {
    const standIn = await shelves();
    await call(standIn, "POST", "/rzp-lab/faults", { on: "PUT /**", delay: 1, task: "no space" });
    expect(await call(standIn, "PUT", "/api/shelves/a", 1)).toEqual([201, { failTask: "no space" }]);
    expect(await call(standIn, "GET", "/rzp-lab/faults")).toMatchObject([200, [{ on: "PUT /**", delay: 1, seen: 1 }]]);
    await call(standIn, "POST", "/rzp-lab/faults", "rate-limit");
    expect(await call(standIn, "GET", "/api/shelves/a")).toEqual([429, { refused: "Too Many Requests" }]);
    await call(standIn, "DELETE", "/rzp-lab/faults");
    expect(await call(standIn, "GET", "/api/shelves/a")).toMatchObject([200, { is: 1 }]);
  });

  it.each([
    ["rate-limits", 'There is no fault "rate-limits". Did you mean "rate-limit"?'],
    ["{on: PUT, status: 500}", 'on: must be a method and a path, such as "POST /nodes/*/qemu" or "* /**"'],
    ["{on: PUT /**, stat: 500, cut: before}", 'stat is no part of a fault. Did you mean "status"?'],
    ["{on: PUT /**}", "says nothing that goes wrong; give one of delay, status, cut, task"],
    ["{on: PUT /**", "is neither YAML nor JSON"],
  ])("that cannot be understood are refused: %s", async (fault, message) => {
    await expect(shelves({ faults: [fault] })).rejects.toThrow(message);
    const standIn = await shelves();
    expect(await call(standIn, "POST", "/rzp-lab/faults", fault)).toEqual([400, { refused: expect.stringContaining(message) as string }]);
  });
});

describe("a stand-in", () => {
  it("knows what it knew, where it was given a folder, and forgets it where not", async () => {
    const kept = folder();
    const first = await shelves({ folder: kept });
    await call(first, "PUT", "/api/shelves/a", "box");
    await first.close();
    expect(readdirSync(kept)).toEqual(["shelves.json"]);
    expect(await call(await shelves({ folder: kept }), "GET", "/api/shelves/a")).toMatchObject([200, { is: "box" }]);
    expect(await call(await shelves(), "GET", "/api/shelves/a")).toMatchObject([200, { is: null }]);
  });

  it("says which file it cannot read", async () => {
    const kept = folder();
    writeFileSync(join(kept, "shelves.json"), "{");
    await expect(shelves({ folder: kept })).rejects.toThrow(`${join(kept, "shelves.json")}: is no state of a stand-in`);
    expect(readFileSync(join(kept, "shelves.json"), "utf8")).toBe("{");
  });

  it("listens on the loopback only, and says when its port is taken", async () => {
    await expect(shelves({ host: "0.0.0.0" })).rejects.toThrow("0.0.0.0 is not on the loopback. Give an address in 127.0.0.0/8.");
    const port = Number(new URL((await shelves({ host: "127.0.7.1" })).url).port);
    await expect(shelves({ host: "127.0.7.1", port })).rejects.toThrow(`somebody listens on 127.0.7.1:${port} already`);
  });
});
