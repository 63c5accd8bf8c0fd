import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";

/** A registry of this process's own, with one user who may publish. */
export interface Registry {
  url: string;
  token: string;
  /** Where the tarballs lie, `<package>/<file>.tgz`. */
  storage: string;
  stop(): Promise<void>;
}

/**
 * Verdaccio on the loopback, in this process, on a port that the system gives: nothing else can answer there. It knows only what is published to it, and what is not of
 * its scopes it does not have: it has no registry behind it.
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const storage = join(folder, "storage");
  mkdirSync(storage, { recursive: true });
  const everyPackage = { access: "$all", publish: "$authenticated", unpublish: "$nobody" };
  const configuration = {
    self_path: join(folder, "verdaccio.yaml"),
    storage,
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: 1 } },
    packages: { "@*/*": everyPackage, "**": everyPackage },
    web: { enable: false },
    log: { type: "file", path: join(folder, "verdaccio.log"), level: "warn", format: "json" },
    max_body_size: "100mb",
    listen: "127.0.0.1:0",
  };
  const server = (await runServer(configuration)) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => {
        resolve();
      });
    });
  return { url, token: await addUser(url), storage, stop };
}

async function addUser(url: string): Promise<string> {
  const name = "publisher";
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: crypto.randomUUID() }),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`the registry made no user: HTTP ${response.status}`);
  return token;
}
