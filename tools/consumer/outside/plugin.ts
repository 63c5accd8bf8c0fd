/**
 * Starts a component provider, asks it for its schema, and writes that to the file that is named last: `plugin <package> <file>`. A package is started as Pulumi's language
 * host does, from where npm put it; a TypeScript file as it is.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [name = "", file = ""] = process.argv.slice(2);
const load = createRequire(import.meta.url);
const sdk = load.resolve("@pulumi/pulumi/package.json");
const inside = createRequire(sdk);

interface Client {
  getSchema: (request: object, reply: (error: Error | null, answer: { getSchema: () => string }) => void) => void;
  close: () => void;
}

const grpc = inside("@grpc/grpc-js") as { credentials: { createInsecure: () => object } };
const { ResourceProviderClient } = inside("./proto/provider_grpc_pb.js") as { ResourceProviderClient: new (address: string, credentials: object) => Client };
const { GetSchemaRequest } = inside("./proto/provider_pb.js") as { GetSchemaRequest: new () => object };

const command = name.endsWith(".ts") ? [...process.execArgv, name] : [join(dirname(sdk), "cmd/run-plugin/index.js"), dirname(load.resolve(`${name}/package.json`))];
// Nobody listens there: an engine is needed to make something, not to say what could be made.
const plugin = spawn(process.execPath, [...command, "127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const said = once(plugin.stdout, "data").then(([port]) => String(port).trim());
  const ended = once(plugin, "exit").then(([code]) => Promise.reject(new Error(`the provider ended with ${String(code)}`)));
  const client = new ResourceProviderClient(`127.0.0.1:${await Promise.race([said, ended])}`, grpc.credentials.createInsecure());
  const schema = await new Promise<string>((resolve, reject) => {
    client.getSchema(new GetSchemaRequest(), (error, answer) => {
      if (error === null) resolve(answer.getSchema());
      else reject(error);
    });
  });
  client.close();
  writeFileSync(file, schema);
} finally {
  plugin.removeAllListeners("exit");
  plugin.kill();
}
process.exit();
