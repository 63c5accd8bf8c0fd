import { output, runtime, type Input, type Output } from "@pulumi/pulumi";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor, setMocks, type MockCallArgs, type MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";

/** The options of a registration that mocks themselves do not show. */
export interface RegisteredOptions {
  protect: boolean;
  /** URNs. */
  dependsOn: string[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  additionalSecretOutputs: string[];
  aliases: string[];
  version: string;
}

/** One resource as the engine would be asked for it. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  parentUrn: string | undefined;
  custom: boolean;
  /** Inputs with secrets unwrapped; which of them were secret stands in `secretInputs`. */
  inputs: Record<string, unknown>;
  /** Paths of inputs that were secret, such as `data.token`. */
  secretInputs: string[];
  provider: string | undefined;
  options: RegisteredOptions;
}

/** What a program registered and called. */
export interface Recorded<T> {
  result: T;
  resources: Registration[];
  calls: { token: string; inputs: Record<string, unknown> }[];
  /** The only registration of that type (and name); an error lists what there is otherwise. */
  find: (type: string, name?: string) => Registration;
}

export interface RecordMocks {
  /** Id and outputs of a resource. @default id `<name>-id` (unknown in a preview), outputs equal to the inputs */
  newResource?(args: MockResourceArgs): { id?: string; state: Record<string, unknown> } | undefined;
  /** Result of an invoke. @default its arguments */
  call?(args: MockCallArgs): Record<string, unknown>;
  /** Run as a preview, where ids and outputs of new resources are unknown. @default false */
  preview?: boolean;
}

const SECRET_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Runs a program under mocks and returns everything it registered, options included, after the last registration has settled. */
export async function record<T>(program: () => T | Promise<T>, mocks: RecordMocks = {}): Promise<Recorded<T>> {
  const resources: Registration[] = [];
  const calls: Recorded<T>["calls"] = [];
  const withOutputs = new Set<string>();

  const answers = {
    newResource(args: MockResourceArgs) {
      const own = mocks.newResource?.(args);
      return { id: own?.id ?? (mocks.preview === true ? "" : `${args.name}-id`), state: own?.state ?? (args.inputs as Record<string, unknown>) };
    },
    call(args: MockCallArgs) {
      const inputs = args.inputs as Record<string, unknown>;
      calls.push({ token: args.token, inputs: unwrap(inputs, "", []) as Record<string, unknown> });
      return mocks.call?.(args) ?? inputs;
    },
  };
  observer = {
    registered: (request, urn) => resources.push(registration(request, urn)),
    outputs: (urn, outputs) => {
      if (Object.keys(outputs).length > 0) withOutputs.add(urn);
    },
  };
  await setMocks(answers, "project", "stack", mocks.preview);

  const result = await program();
  await drain(() => resources.length);

  const silent = resources.filter(({ type, urn }) => type.startsWith("rzp:") && !withOutputs.has(urn));
  if (silent.length > 0) throw new Error(`no outputs were registered by ${silent.map(({ type, name }) => `${type} "${name}"`).join(", ")}`);
  // Registrations race one another; by URN they have one order, parents first.
  const order = (urn: string): string => urn.replaceAll("$", "~");
  resources.sort((a, b) => (order(a.urn) < order(b.urn) ? -1 : 1));
  return { result, resources, calls, find: (type, name) => findOne(resources, type, name) };
}

/** The value of an output, secrets included. */
export function valueOf<T>(value: Input<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    (output(value) as Output<T>).apply((settled) => {
      resolve(settled);
    });
    (output(value) as unknown as { promise(): Promise<T> }).promise().catch(reject);
  });
}

/** True when the output is marked secret. */
export function isSecret(value: Output<unknown>): Promise<boolean> {
  return (value as unknown as { isSecret: Promise<boolean> }).isSecret;
}

// The SDK's own monitor drops all but type, name and inputs. Its prototype is watched instead of replaced by a monitor of ours, because only
// setMocks turns on the SDK's features (secrets among them), and it makes its monitor itself.
interface Observer {
  registered(request: RegisterResourceRequest, urn: string): unknown;
  outputs(urn: string, outputs: Record<string, unknown>): void;
}
let observer: Observer | undefined;

interface UrnResponse {
  getUrn(): string;
}
type Callback = (error: unknown, response: UrnResponse | undefined) => void;
interface Watched {
  registerResource: (request: RegisterResourceRequest, callback: Callback) => Promise<void>;
  registerResourceOutputs: (request: RegisterResourceOutputsRequest, callback: Callback) => void;
}
const monitor = MockMonitor.prototype as Watched;
const original: Watched = { registerResource: monitor.registerResource, registerResourceOutputs: monitor.registerResourceOutputs };
monitor.registerResource = function (request, callback) {
  return original.registerResource.call(this, request, (error, response) => {
    if (response !== undefined) observer?.registered(request, response.getUrn());
    callback(error, response);
  });
};
monitor.registerResourceOutputs = function (this: Watched, request, callback) {
  observer?.outputs(request.getUrn(), request.getOutputs()?.toJavaScript() ?? {});
  original.registerResourceOutputs.call(this, request, callback);
};

// Resources made inside an apply register after the queue has run dry once: drain until the count stands still.
async function drain(count: () => number): Promise<void> {
  const { waitForRPCs } = runtime as unknown as { waitForRPCs: () => Promise<void> };
  for (let still = 0, before = -1; still < 3; ) {
    await waitForRPCs();
    await new Promise((resolve) => setImmediate(resolve));
    still = count() === before ? still + 1 : 0;
    before = count();
  }
}

function registration(request: RegisterResourceRequest, urn: string): Registration {
  const secretInputs: string[] = [];
  const inputs = unwrap(request.getObject()?.toJavaScript() ?? {}, "", secretInputs) as Record<string, unknown>;
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parentUrn: request.getParent() || undefined,
    custom: request.getCustom(),
    inputs,
    secretInputs: secretInputs.sort(),
    provider: request.getProvider() || undefined,
    options: {
      protect: request.getProtect() ?? false,
      dependsOn: request.getDependenciesList(),
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      retainOnDelete: request.getRetainondelete() ?? false,
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      aliases: request.getAliasesList().map((alias) => alias.getUrn() || JSON.stringify(alias.getSpec()?.toObject())),
      version: request.getVersion(),
    },
  };
}

function unwrap(value: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => unwrap(item, `${path}[${index}]`, secrets));
  if (value === null || typeof value !== "object") return value;
  const fields = value as Record<string, unknown>;
  if (fields[SECRET_KEY] === SECRET) {
    secrets.push(path);
    return unwrap(fields.value, path, secrets);
  }
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, unwrap(item, path === "" ? key : `${path}.${key}`, secrets)]));
}

function findOne(resources: readonly Registration[], type: string, name?: string): Registration {
  const found = resources.filter((resource) => resource.type === type && (name === undefined || resource.name === name));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const there = resources.map((resource) => `${resource.type} "${resource.name}"`).join(", ");
  throw new Error(`${found.length} registrations of ${type}${name === undefined ? "" : ` "${name}"`}; there are: ${there}`);
}
