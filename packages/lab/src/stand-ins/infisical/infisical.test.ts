import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InfisicalSDK } from "@infisical/sdk";
import { readSecrets } from "@rzp/infisical/reader";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startInfisical, type Infisical, type InfisicalArgs } from "./infisical.ts";

const LOGIN = { clientId: "9f2c7a51-deploy", clientSecret: "st.Pa$$-5e2e/\"'+=&" };
const PROJECT = "3f0c2f7e-6b1d-4c3c-9a53-0d5b6a1f7c11";
const CONTENT = {
  identities: { [LOGIN.clientId]: LOGIN.clientSecret },
  projects: {
    homelab: {
      id: PROJECT,
      environments: {
        prod: {
          "/": { TZ: "Europe/Berlin" },
          "/media": { SONARR__AUTH__APIKEY: "0123", LINK: "http://${HOST}/?key=${SONARR__AUTH__APIKEY}", HOST: "sonarr.${prod.network.DOMAIN}", LOOSE: "${NONE}", LOOP: "${LOOP}" },
          "/network": { DOMAIN: "example.com" },
          "/network/dns/empty": {},
        },
      },
    },
  },
};

let infisical: Infisical;

const start = async (args: Partial<InfisicalArgs> = {}): Promise<void> => {
  infisical = await startInfisical({ ...CONTENT, ...args });
};

beforeEach(() => start());
afterEach(() => infisical.close());

interface Said {
  status: number;
  body: Record<string, unknown>;
}

async function call(method: string, path: string, { token, body }: { token?: string | undefined; body?: unknown } = {}): Promise<Said> {
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const answer = await fetch(`${infisical.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const login = (clientSecret = LOGIN.clientSecret): Promise<Said> => call("POST", "/api/v1/auth/universal-auth/login", { body: { ...LOGIN, clientSecret } });
const token = async (): Promise<string> => (await login()).body.accessToken as string;
const TZ = "/api/v3/secrets/raw/TZ?workspaceSlug=homelab&environment=prod&secretPath=/";

describe("Infisical's own SDK", () => {
  const sdk = async (): Promise<InfisicalSDK> => {
    const client = new InfisicalSDK({ siteUrl: infisical.url });
    await client.auth().universalAuth.login(LOGIN);
    return client;
  };
  const place = { projectId: PROJECT, environment: "prod", secretPath: "/media" };

  it("lists a folder, with what its values refer to", async () => {
    const { secrets } = await (await sdk()).secrets().listSecrets({ ...place, expandSecretReferences: true, viewSecretValue: true });
    expect(Object.fromEntries(secrets.map(({ secretKey, secretValue }) => [secretKey, secretValue]))).toEqual({
      SONARR__AUTH__APIKEY: "0123",
      LINK: "http://sonarr.example.com/?key=0123",
      HOST: "sonarr.example.com",
      LOOSE: "${NONE}",
      LOOP: "${LOOP}",
    });
  });

  it("reads, hides, makes, changes and takes away one", async () => {
    const secrets = (await sdk()).secrets();
    expect(await secrets.getSecret({ ...place, secretName: "HOST", expandSecretReferences: false })).toMatchObject({ secretValue: "sonarr.${prod.network.DOMAIN}", secretPath: "/media", version: 1 });
    expect(await secrets.getSecret({ ...place, secretName: "HOST", viewSecretValue: false })).toMatchObject({ secretValue: "<hidden-by-infisical>", secretValueHidden: true });
    await secrets.createSecret("NEW", { ...place, secretValue: "one" });
    await expect(secrets.createSecret("NEW", { ...place, secretValue: "two" })).rejects.toThrow(/\[StatusCode=400\].*Secret already exist/);
    await secrets.updateSecret("NEW", { ...place, secretValue: "two" });
    expect(await secrets.getSecret({ ...place, secretName: "NEW" })).toMatchObject({ secretValue: "two", version: 2 });
    await secrets.deleteSecret("NEW", place);
    await expect(secrets.getSecret({ ...place, secretName: "NEW" })).rejects.toThrow(/\[StatusCode=404\].*Secret with name 'NEW' not found/);
  });

  it("sees folders, and makes one with those it lies in", async () => {
    const folders = (await sdk()).folders();
    expect((await folders.listFolders({ projectId: PROJECT, environment: "prod", path: "/network" })).map(({ name }) => name)).toEqual(["dns"]);
    await folders.create({ projectId: PROJECT, environment: "prod", path: "/platform/databases", name: "postgres" });
    expect((await folders.listFolders({ projectId: PROJECT, environment: "prod", path: "/platform" })).map(({ name }) => name)).toEqual(["databases"]);
    await expect(folders.create({ projectId: PROJECT, environment: "dev", path: "/", name: "x" })).rejects.toThrow(`Environment with slug 'dev' in project with ID '${PROJECT}' not found`);
  });

  it("keeps a token by renewing it", async () => {
    const client = await sdk();
    await client.auth().universalAuth.renew();
    expect((await client.secrets().listSecrets(place)).secrets).toHaveLength(5);
  });
});

describe("readSecrets", () => {
  const args = { ...LOGIN, projectId: PROJECT, environment: "prod", retries: 0 };

  it("reads several folders", async () => {
    expect(await readSecrets({ ...args, siteUrl: infisical.url, paths: ["/", "/network"] })).toEqual({ TZ: "Europe/Berlin", DOMAIN: "example.com" });
  });

  it.each([
    ["a wrong client secret", { clientSecret: "wrong" }, "could not log in: it answered 401. Client id or secret is wrong"],
    ["another project", { projectId: "00000000-0000-0000-0000-000000000000" }, "could not read /: it answered 404. There is no such project"],
  ])("says so about %s", async (_, wrong, message) => {
    await expect(readSecrets({ ...args, siteUrl: infisical.url, paths: ["/"], ...wrong })).rejects.toThrow(message);
  });

  it("tries again what a fault of the server spoils", async () => {
    infisical.faults.add({ on: "GET /v3/secrets/raw", status: 503, times: 2 });
    expect(await readSecrets({ ...args, siteUrl: infisical.url, paths: ["/"], retries: 2, backoffMs: 1 })).toEqual({ TZ: "Europe/Berlin" });
  });
});

describe("tokens", () => {
  const refused = (status: number, error: string, message: unknown): unknown => ({ status, body: { reqId: expect.any(String) as string, statusCode: status, error, message } });

  it("are asked for, and end when they are revoked", async () => {
    const accessToken = await token();
    expect(await call("GET", TZ)).toEqual(refused(401, "UnauthorizedError", "Token missing"));
    expect(await call("GET", TZ, { token: "stolen" })).toMatchObject({ status: 403, body: { error: "TokenError" } });
    expect((await call("GET", TZ, { token: accessToken })).status).toBe(200);
    expect(await call("POST", "/api/v1/auth/token/revoke", { body: { accessToken } })).toEqual({ status: 200, body: { message: "Successfully revoked access token" } });
    expect(await call("GET", TZ, { token: accessToken })).toMatchObject({ status: 401, body: { error: "UnauthorizedError" } });
  });

  it("end when their time is up", async () => {
    await infisical.close();
    await start({ tokenTtl: 0 });
    expect(await call("GET", TZ, { token: await token() })).toEqual(refused(403, "TokenError", "Your token has expired. Please re-authenticate."));
  });

  it("are refused for a while after three wrong logins, the right secret or not", async () => {
    for (let i = 0; i < 3; i += 1) expect(await login("wrong")).toEqual(refused(401, "UnauthorizedError", "Invalid credentials"));
    expect(await login()).toEqual(refused(401, "UnauthorizedError", "This identity auth method is temporarily locked, please try again later"));
    const identity = infisical.state.identities[LOGIN.clientId];
    if (identity !== undefined) identity.wrongAt -= 301_000;
    expect((await login()).status).toBe(200);
  });

  it("are not given out for a request that is no login", async () => {
    const { status, body } = await call("POST", "/api/v1/auth/universal-auth/login", { body: { clientId: 7 } });
    expect([status, body.error, body.message]).toEqual([422, "ValidationFailure", [expect.objectContaining({ path: ["clientId"] }), expect.objectContaining({ path: ["clientSecret"] })]]);
  });
});

describe("secrets", () => {
  it.each([
    ["no project", "/api/v3/secrets/raw?environment=prod", 400, "You must provide projectSlug or workspaceId"],
    ["no environment", "/api/v3/secrets/raw?workspaceSlug=homelab", 400, "Missing project id or environment"],
    ["a slug that nobody has", "/api/v3/secrets/raw?workspaceSlug=office&environment=prod", 404, "Project with slug 'office' not found"],
    ["a folder that is not there, for one secret", "/api/v3/secrets/raw/TZ?workspaceSlug=homelab&environment=prod&secretPath=/none", 404, "Folder with path '/none' in environment with slug 'prod' not found"],
    ["a path of no call", "/api/v9/secrets", 404, "Route GET:/api/v9/secrets not found"],
  ])("are refused with %s", async (_, path, status, message) => {
    expect(await call("GET", path, { token: await token() })).toMatchObject({ status, body: { statusCode: status, message } });
  });

  it("are refused with a parameter that is none", async () => {
    expect(await call("GET", `${TZ}&viewSecretValue=yes`, { token: await token() })).toMatchObject({ status: 422, body: { error: "ValidationFailure", message: [{ path: ["viewSecretValue"] }] } });
  });

  it("are none in a folder or an environment that is not there, when they are listed", async () => {
    const accessToken = await token();
    for (const place of ["environment=prod&secretPath=/none", "environment=dev"]) {
      expect(await call("GET", `/api/v3/secrets/raw?workspaceSlug=homelab&${place}`, { token: accessToken })).toEqual({ status: 200, body: { secrets: [], imports: [] } });
    }
  });

  it("are listed with those of inner folders, and by version 4 of the API", async () => {
    const { body } = await call("GET", `/api/v4/secrets?projectId=${PROJECT}&environment=prod&recursive=true`, { token: await token() });
    expect((body.secrets as { secretPath: string; secretKey: string }[]).map(({ secretPath, secretKey }) => `${secretPath} ${secretKey}`)).toContain("/network DOMAIN");
  });

  it("are given so often in a minute, and no more", async () => {
    await infisical.close();
    await start({ secretsPerMinute: 2 });
    const accessToken = await token();
    const answers = [await call("GET", TZ, { token: accessToken }), await call("GET", TZ, { token: accessToken }), await call("GET", TZ, { token: accessToken })];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.body).toMatchObject({ error: "RateLimitExceeded", message: expect.stringMatching(/^Rate limit exceeded\. Please try again in \d+ seconds$/) as string });
  });

  it("outlive a restart where a folder keeps them, and revoked tokens stay so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rzp-infisical-"));
    await infisical.close();
    await start({ folder });
    const [good, revoked] = [await token(), await token()];
    await call("POST", "/api/v1/auth/token/revoke", { body: { accessToken: revoked } });
    await call("PATCH", "/api/v3/secrets/raw/TZ", { token: good, body: { projectSlug: "homelab", environment: "prod", secretValue: "UTC" } });
    await infisical.close();
    await start({ folder });
    expect((await call("GET", TZ, { token: good })).body).toMatchObject({ secret: { secretValue: "UTC", version: 2 } });
    expect((await call("GET", TZ, { token: revoked })).status).toBe(401);
    rmSync(folder, { recursive: true });
  });
});

it.each([
  ["wrong-login", 401, "Invalid credentials"],
  ["token-expired", 403, "Your token has expired. Please re-authenticate."],
  ["rate-limit", 429, "Rate limit exceeded. Please try again in 60 seconds"],
])("is told to fail by the name %s", async (fault, status, message) => {
  const accessToken = await token();
  infisical.faults.add(fault);
  expect(fault === "wrong-login" ? await login() : await call("GET", TZ, { token: accessToken })).toMatchObject({ status, body: { message } });
});
