import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import type { ReadResourceRequest, RegisterPackageRequest, RegisterResourceOutputsRequest, RegisterResourceRequest, ResourceInvokeRequest, SupportsFeatureRequest } from "@pulumi/pulumi/proto/resource_pb.js"; // prettier-ignore
import { EngineError, fieldsOf, type Deployment } from "./engine.ts";
import type { Protocol } from "./protocol.ts";
import type { RecordedInvoke, RecordedLog, RecordedResource } from "./recording.ts";
import { isProvider } from "./urn.ts";
import { clear, decode, encode, hideLeaves, isEncodedSecret, Secret, type RecordedValue } from "./values.ts";

type Fields = Record<string, RecordedValue>;

/** What a resource has become. */
interface Made {
  id?: string;
  outputs?: Fields;
}

/** What stands in for the providers, by token. Arguments come in clear; a result may hold {@link Secret} and {@link UNKNOWN}. */
export interface Answers {
  /** Results of functions, such as `talos:machine/getConfiguration:getConfiguration`. Without an answer a result is unknown, as in a preview. */
  invokes?: Record<string, (args: Fields) => Fields | undefined | Promise<Fields | undefined>>;
  /**
   * What a made resource becomes. Without an answer its id is unknown, and so is every output that is not an input, as in a preview. The program waits for an
   * answer before it asks for what depends on it, so that one that really makes something is called in the engine's own order.
   */
  resources?: Record<string, (resource: { urn: string; name: string; inputs: Fields }) => Made | undefined | Promise<Made | undefined>>;
  /** The run is an `up` and no preview: what nobody answers for is an error, and so is an answer that fails. @default false */
  complete?: boolean;
}

/** What the monitor has seen so far. */
export interface Seen {
  deployment: Deployment;
  invokes: RecordedInvoke[];
  logs: RecordedLog[];
  /** Errors that fail a deployment in the engine even when the program goes on. */
  errors: string[];
}

export interface Monitor {
  address: string;
  seen: Seen;
  close(): void;
}

/** Names that the SDK asks for one by one (until 3.2xx) and, in their own order, the features of the newer list. */
const FEATURES = {
  secrets: "RESOURCE_MONITOR_FEATURE_SECRETS",
  resourceReferences: "RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES",
  outputValues: "RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES",
  aliasSpecs: "RESOURCE_MONITOR_FEATURE_ALIAS_SPECS",
  deletedWith: "RESOURCE_MONITOR_FEATURE_DELETED_WITH",
  replaceWith: "RESOURCE_MONITOR_FEATURE_REPLACE_WITH",
  parameterization: "RESOURCE_MONITOR_FEATURE_PARAMETERIZATION",
} as const;

/** Serves the two services that a program talks to, on a free port of the loopback interface. `fatal` is called with what ends a deployment. */
export async function startMonitor(protocol: Protocol, deployment: Deployment, answers: Answers, fatal: (message: string) => void, progress: () => void): Promise<Monitor> {
  const { grpc, resource, engine } = protocol;
  const { complete = false } = answers;
  const seen: Seen = { deployment, invokes: [], logs: [], errors: [] };
  const struct = (fields: Record<string, unknown>): InstanceType<Protocol["Struct"]> => protocol.Struct.fromJavaScript(fields as never);
  const empty = (): InstanceType<Protocol["Empty"]> => new protocol.Empty();

  const unary =
    <Request, Response>(handle: (request: Request) => Response | Promise<Response>) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      (async () => handle(call.request))().then(
        (response) => {
          reply(null, response);
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          if (error instanceof EngineError) fatal(message);
          else seen.errors.push(message);
          reply({ code: grpc.status.UNKNOWN, details: message });
        },
      );
    };

  async function invoke(request: ResourceInvokeRequest): Promise<InstanceType<Protocol["resource"]["ResourceInvokeResponse"]>> {
    const response = new resource.ResourceInvokeResponse();
    const token = request.getTok();
    const args = fieldsOf(request.getArgs());
    if (token === "pulumi:pulumi:getResource") return response.setReturn(struct(stateOf(typeof args.urn === "string" ? args.urn : "")));
    const result = await answered(token, () => answers.invokes?.[token]?.(args));
    seen.invokes.push({ token, args: hideLeaves(args) as Fields, answered: result !== undefined });
    if (result !== undefined) return response.setReturn(struct(encode(result) as Record<string, unknown>));
    response.setReturn(struct({}));
    // An SDK that does not know the field yet takes an empty result instead.
    (response as Partial<Pick<typeof response, "setUnknown">>).setUnknown?.(true);
    return response;
  }

  // What an SDK asks for when it gets a reference to a resource back.
  const states = new Map<string, unknown>();
  function stateOf(urn: string): Record<string, unknown> {
    return { urn, id: deployment.resources.get(urn)?.importId ?? "", state: states.get(urn) ?? {} };
  }

  /** An answer, if there is one; in a complete run there must be one, and its failure ends the deployment. */
  async function answered<T>(who: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
    if (!complete) return ask();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      throw new EngineError(`${who}: ${error instanceof Error ? error.message : String(error)}`);
    }
    throw new EngineError(`${who}: there is nothing here that stands in for its provider.`);
  }

  function make({ urn, type, name, custom, inputs }: RecordedResource): Promise<Made | undefined> | Made | undefined {
    if (!custom) return undefined;
    const answer = answers.resources?.[type];
    // A provider is there as soon as it is configured.
    if (complete && answer === undefined && isProvider(type)) return { id: name };
    return answered(`${type} "${name}"`, () => answer?.({ urn, name, inputs: clear(inputs) as Fields }));
  }

  async function registerResource(request: RegisterResourceRequest): Promise<InstanceType<Protocol["resource"]["RegisterResourceResponse"]>> {
    const made = deployment.register(request);
    progress();
    const answer = await make(made);
    const outputs: Record<string, unknown> = { ...(request.getObject()?.toJavaScript() ?? {}), ...(encode(answer?.outputs ?? {}) as object) };
    for (const key of made.additionalSecretOutputs) {
      if (key in outputs && !isEncodedSecret(outputs[key])) outputs[key] = encode(new Secret(decode(outputs[key])));
    }
    states.set(made.urn, outputs);
    const response = new resource.RegisterResourceResponse().setUrn(made.urn).setId(answer?.id ?? made.importId ?? "");
    return response.setObject(answer === undefined && made.additionalSecretOutputs.length === 0 ? request.getObject() : struct(outputs));
  }

  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(protocol.resourceService.ResourceMonitorService, {
    supportsFeature: unary((request: SupportsFeatureRequest) => new resource.SupportsFeatureResponse().setHassupport(request.getId() in FEATURES)),
    getDeploymentInfo: unary(() => {
      // An SDK that knows a feature not yet does not ask for it either.
      const known = resource.ResourceMonitorFeature as Partial<typeof resource.ResourceMonitorFeature>;
      const info = new resource.DeploymentInfo().setProject(deployment.project).setStack(deployment.stack).setDryrun(!complete);
      return info.setSupportedfeaturesList(Object.values(FEATURES).flatMap((name) => known[name] ?? []));
    }),
    registerResource: unary(registerResource),
    readResource: unary((request: ReadResourceRequest) => {
      const read = deployment.read(request);
      if (complete) throw new EngineError(`${read.type} "${read.name}" is to be read, and there is nothing here that stands in for its provider.`);
      progress();
      return new resource.ReadResourceResponse().setUrn(read.urn).setProperties(request.getProperties());
    }),
    registerResourceOutputs: unary((request: RegisterResourceOutputsRequest) => {
      const owner = deployment.resources.get(request.getUrn());
      if (owner !== undefined) owner.outputs = fieldsOf(request.getOutputs());
      return empty();
    }),
    invoke: unary(invoke),
    registerPackage: unary((request: RegisterPackageRequest) => {
      const extra = request.getParameterization();
      const reference = [request.getName(), request.getVersion(), extra?.getName() ?? "", extra?.getVersion() ?? "", extra?.getValue_asB64() ?? ""].join("@");
      deployment.packages.set(reference, { name: extra?.getName() ?? request.getName(), version: extra?.getVersion() ?? request.getVersion() });
      return new resource.RegisterPackageResponse().setRef(reference);
    }),
    signalAndWaitForShutdown: unary(empty),
  });

  let root = "";
  server.addService(protocol.engineService.EngineService, {
    log: unary((request: LogRequest) => {
      const severity = request.getSeverity();
      const { ERROR, WARNING, INFO } = engine.LogSeverity;
      if (severity === ERROR) seen.errors.push(request.getMessage());
      else if ((severity === WARNING || severity === INFO) && !request.getEphemeral()) {
        seen.logs.push({ severity: severity === WARNING ? "warning" : "info", message: request.getMessage(), urn: request.getUrn() || undefined, source: "log" });
      }
      return empty();
    }),
    getRootResource: unary(() => new engine.GetRootResourceResponse().setUrn(root)),
    setRootResource: unary((request: { getUrn(): string }) => {
      root = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
    requirePulumiVersion: unary(() => new engine.RequirePulumiVersionResponse()),
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    seen,
    close: () => {
      server.forceShutdown();
    },
  };
}
