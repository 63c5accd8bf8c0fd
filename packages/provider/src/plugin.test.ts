import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Grpc from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import type { PackageSchema } from "./schema.ts";
import { tokens } from "./index.ts";

const load = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const grpc = load("@grpc/grpc-js") as typeof Grpc;
const { ResourceProviderClient } = load("./proto/provider_grpc_pb.js") as { ResourceProviderClient: new (address: string, credentials: Grpc.ChannelCredentials) => Client };
const { GetSchemaRequest } = load("./proto/provider_pb.js") as { GetSchemaRequest: new () => object };

interface Client {
  getSchema(request: object, reply: (error: Error | null, answer: { getSchema(): string }) => void): void;
  close(): void;
}

describe("the plugin", () => {
  it("tells its port, and its schema when it is asked over gRPC", async () => {
    const plugin = spawn(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", join(import.meta.dirname, "plugin.ts"), "127.0.0.1:1"]);
    try {
      const [port] = (await once(plugin.stdout, "data")) as [Buffer];
      const client = new ResourceProviderClient(`127.0.0.1:${port.toString().trim()}`, grpc.credentials.createInsecure());
      const text = await new Promise<string>((resolve, reject) => {
        client.getSchema(new GetSchemaRequest(), (error, answer) => {
          if (error === null) resolve(answer.getSchema());
          else reject(error);
        });
      });
      client.close();
      const { name, version, resources } = JSON.parse(text) as PackageSchema;
      expect({ name, version }).toEqual({ name: "rzp", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string });
      expect(Object.keys(resources).sort()).toEqual([...tokens].sort());
    } finally {
      plugin.kill();
    }
  });
});
