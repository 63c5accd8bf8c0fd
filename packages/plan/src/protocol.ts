import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as Engine from "@pulumi/pulumi/proto/engine_pb.js";
import type * as EngineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as Resource from "@pulumi/pulumi/proto/resource_pb.js";
import type * as ResourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type * as Empty from "google-protobuf/google/protobuf/empty_pb.js";
import type * as Struct from "google-protobuf/google/protobuf/struct_pb.js";

/** The engine's protocol, as the program's own SDK speaks it. */
export interface Protocol {
  grpc: typeof Grpc;
  resource: typeof Resource;
  resourceService: typeof ResourceGrpc;
  engine: typeof Engine;
  engineService: typeof EngineGrpc;
  Empty: typeof Empty.Empty;
  Struct: typeof Struct.Struct;
}

/**
 * Loads gRPC and the generated messages that the SDK itself uses: one copy, and never a version that differs from the program's.
 * @param sdk the SDK's package.json
 */
export function loadProtocol(sdk: string): Protocol {
  const load = createRequire(sdk);
  return {
    grpc: load("@grpc/grpc-js") as typeof Grpc,
    resource: load("./proto/resource_pb.js") as typeof Resource,
    resourceService: load("./proto/resource_grpc_pb.js") as typeof ResourceGrpc,
    engine: load("./proto/engine_pb.js") as typeof Engine,
    engineService: load("./proto/engine_grpc_pb.js") as typeof EngineGrpc,
    Empty: (load("google-protobuf/google/protobuf/empty_pb.js") as typeof Empty).Empty,
    Struct: (load("google-protobuf/google/protobuf/struct_pb.js") as typeof Struct).Struct,
  };
}
