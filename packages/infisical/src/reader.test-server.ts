import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A secret as Infisical lists it, as far as the reader looks at it. */
export interface ListedSecret {
  secretKey: string;
  secretValue: string;
  secretValueHidden?: boolean;
}

/** What goes wrong on purpose: how often, for which call, and what is sent instead. `hang` sends nothing at all, `stall` only the head, `reset` breaks the connection. */
export interface Fault {
  call: "login" | "list";
  times: number;
  status: number | "hang" | "stall" | "reset";
  body?: string;
}

export const LOGIN = { clientId: "id-5e1f", clientSecret: "Pa$$-5e2e/\"'+=&" } as const;
export const TOKEN = "token-7c4d";
export const PROJECT_ID = "3f0c2f7e-6b1d-4c3c-9a53-0d5b6a1f7c11";

/** Infisical on loopback: a real HTTP server that answers login and list as the real one does, and keeps what it was asked. */
export class InfisicalServer {
  readonly requests: { method: string; url: URL; authorization: string | undefined; body: string }[] = [];
  /** Secrets by folder. */
  folders: Record<string, ListedSecret[]> = { "/": [] };
  faults: Fault[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void this.answer(request, response);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  reset(): void {
    this.requests.length = 0;
    this.folders = { "/": [] };
    this.faults = [];
  }

  /** How often a call was made. */
  count(call: Fault["call"]): number {
    return this.requests.filter(({ method }) => (method === "POST") === (call === "login")).length;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://infisical");
    const body = (await request.toArray()).join("");
    const method = request.method ?? "";
    this.requests.push({ method, url, authorization: request.headers.authorization, body });

    const fault = this.faults.find(({ call, times }) => times > 0 && call === (method === "POST" ? "login" : "list"));
    if (fault !== undefined) {
      fault.times -= 1;
      if (fault.status === "hang") return;
      if (fault.status === "reset") {
        request.socket.resetAndDestroy();
        return;
      }
      if (fault.status === "stall") {
        response.writeHead(200, { "content-type": "application/json" }).write('{"secrets":');
        return;
      }
      if (fault.body === undefined) json(response, fault.status, problem(fault.status, `refused ${url.href} ${body}`));
      else response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.body);
      return;
    }
    if (method === "POST" && url.pathname === "/api/v1/auth/universal-auth/login") this.login(body, response);
    else if (method === "GET" && url.pathname === "/api/v3/secrets/raw") this.list(url, request.headers.authorization, response);
    else json(response, 404, problem(404, "Route not found"));
  }

  private login(body: string, response: ServerResponse): void {
    const { clientId, clientSecret } = JSON.parse(body) as Record<string, unknown>;
    if (clientId !== LOGIN.clientId || clientSecret !== LOGIN.clientSecret) json(response, 401, problem(401, "Invalid credentials"));
    else json(response, 200, { accessToken: TOKEN, expiresIn: 7200, accessTokenMaxTTL: 7200, tokenType: "Bearer" });
  }

  private list(url: URL, authorization: string | undefined, response: ServerResponse): void {
    const path = url.searchParams.get("secretPath") ?? "/";
    const secrets = this.folders[path];
    if (authorization !== `Bearer ${TOKEN}`) json(response, 401, problem(401, "Token missing"));
    else if (url.searchParams.get("workspaceId") !== PROJECT_ID) json(response, 404, problem(404, "Project not found"));
    else if (secrets === undefined) json(response, 404, problem(404, `Folder with path '${path}' not found`));
    else json(response, 200, { secrets: secrets.map((secret) => ({ ...ROW, secretPath: path, ...secret })), imports: [] });
  }
}

const ROW = { id: "1", version: 1, type: "shared", secretComment: "", environment: "prod", secretValueHidden: false, tags: [], secretMetadata: [] };

function problem(statusCode: number, message: string): Record<string, unknown> {
  return { reqId: "req-1", statusCode, message, error: "Error" };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
