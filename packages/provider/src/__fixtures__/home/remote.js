import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { runtime } from "@pulumi/pulumi";

const load = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"));
const grpc = load("@grpc/grpc-js");
const { ResourceProviderClient } = load("./proto/provider_grpc_pb.js");
const messages = load("./proto/provider_pb.js");
const { DependencyResource } = load("./resource.js");
const { Output } = load("./output.js");
const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js");

// The SDK hides the program's own command line.
const monitor = load("./runtime/state.js").getStore().settings.options.monitorAddr;

/** Starts the provider, gives `use` a way to make components by it, and ends it. */
export async function remote(command, use) {
  const plugin = spawn(process.execPath, [...command, monitor], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await new Promise((resolve, reject) => {
      plugin.stdout.once("data", (data) => resolve(String(data).trim()));
      plugin.once("exit", (code) => reject(new Error(`the provider ended with ${code}`)));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const call = (method, request) => new Promise((resolve, reject) => client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))));
    await use((...about) => construct(call, ...about), call);
    client.close();
  } finally {
    plugin.kill();
  }
}

/** What the engine does for a component that somebody else's process makes: inputs and options in, URN and outputs back. */
async function construct(call, type, name, args, { dependsOn = [], protect } = {}) {
  const [inputs, dependencies] = await runtime.serializePropertiesReturnDeps(name, args, { keepOutputValues: true });
  const request = new messages.ConstructRequest()
    .setProject(runtime.getProject())
    .setStack(runtime.getStack())
    .setOrganization(runtime.getOrganization())
    .setDryrun(runtime.isDryRun())
    .setParallel(16)
    .setMonitorendpoint(monitor)
    .setType(type)
    .setName(name)
    .setParent(await runtime.getStackResource().urn.promise())
    .setInputs(Struct.fromJavaScript(inputs))
    .setAcceptsOutputValues(true)
    .setDependenciesList(dependsOn.map(({ urn }) => urn));
  if (protect !== undefined) request.setProtect(protect);
  for (const [key, resources] of dependencies) {
    const urns = await Promise.all([...resources].map((resource) => resource.urn.promise()));
    request.getInputdependenciesMap().set(key, new messages.ConstructRequest.PropertyDependencies().setUrnsList(urns));
  }
  const answer = await call("construct", request);
  // As the SDK reads what the engine gives: a value that may be unknown or secret, and whom it depends on.
  const read = ([key, value]) => {
    const after = (answer.getStatedependenciesMap().get(key)?.getUrnsList() ?? []).map((urn) => new DependencyResource(urn));
    return [key, new Output(after, ...[runtime.unwrapRpcSecret(value), true, runtime.isRpcSecret(value), []].map((part) => Promise.resolve(part)))];
  };
  return { ...Object.fromEntries(Object.entries(runtime.deserializeProperties(answer.getState())).map(read)), urn: answer.getUrn() };
}
