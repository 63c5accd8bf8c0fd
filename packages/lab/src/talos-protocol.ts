import { join } from "node:path";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { loadSync, type MessageTypeDefinition } from "@grpc/proto-loader";

/** Where the messages of the Talos API lie: beside the sources as well as beside `dist`. */
const PROTOS = join(import.meta.dirname, "../protos");

const definitions = loadSync(["machine.proto", "storage.proto", "resource.proto"], { includeDirs: [PROTOS], keepCase: true, enums: String, longs: Number, defaults: true });

/** The services of the Talos API that the lab speaks, for servers and clients; fields have the names that the API gives them. */
export const MACHINE_SERVICE = definitions["machine.MachineService"] as unknown as ServiceDefinition;
export const STORAGE_SERVICE = definitions["storage.StorageService"] as unknown as ServiceDefinition;
export const STATE_SERVICE = definitions["cosi.resource.State"] as unknown as ServiceDefinition;

/** How a machine is, packed as it travels inside of a resource. */
export function packMachineStatus(stage: "MAINTENANCE" | "RUNNING", ready: boolean): Buffer {
  return (definitions["cosi.resource.MachineStatusSpec"] as MessageTypeDefinition<object, object>).serialize({ stage, status: { ready } });
}
