import { ComponentResource, CustomResource, output, secret, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { ArgumentError, isDnsLabel, isDnsSubdomain } from "@rzp/core";
import { manifestResources } from "@rzp/core/pulumi";
import { infisicalSecretStoreManifests, type InfisicalSecretStoreArgs } from "./store.ts";

/** Arguments of the one Secret that must exist before any store works. */
export interface InfisicalIdentityArgs {
  /** Namespace of the External Secrets Operator. It must exist. Changing it replaces the Secret. */
  namespace: string;
  /** The machine identity's client id. Changing it is a change in place; the store logs in with the new one at its next read. */
  clientId: Input<string>;
  /** The machine identity's client secret; marked secret, so that it is encrypted in the state. */
  clientSecret: Input<string>;
}

/** The Secret with the machine identity, made by Pulumi because a Secret is never rendered into git. */
export class InfisicalIdentity extends ComponentResource {
  /** Name of the Secret, known once it is there. Its keys are `clientId` and `clientSecret`. */
  readonly secretName: Output<string>;
  readonly nodes: Readonly<{ secret: CustomResource }>;

  constructor(name: string, args: InfisicalIdentityArgs, opts?: ComponentResourceOptions) {
    checkIdentity(name, args);
    super("rzp:infisical:InfisicalIdentity", name, { namespace: args.namespace }, opts);

    const stringData = { clientId: secret(args.clientId), clientSecret: secret(args.clientSecret) };
    const identity = new Secret(name, { metadata: { name, namespace: args.namespace }, stringData }, { parent: this });

    this.nodes = { secret: identity };
    this.secretName = output(identity.id).apply(() => name);
    this.registerOutputs({ secretName: this.secretName });
  }
}

/** A ClusterSecretStore on Infisical, applied through the Kubernetes provider. In a GitOps tree use {@link infisicalSecretStoreManifests}. */
export class InfisicalSecretStore extends ComponentResource {
  /** Name of the store, known once it is there. */
  readonly storeName: Output<string>;
  readonly nodes: Readonly<{ store: CustomResource }>;

  constructor(name: string, args: InfisicalSecretStoreArgs, opts?: ComponentResourceOptions) {
    const objects = infisicalSecretStoreManifests(name, args);
    super("rzp:infisical:InfisicalSecretStore", name, { projectSlug: args.projectSlug, environmentSlug: args.environmentSlug }, opts);

    const [store] = manifestResources(name, objects, { parent: this });

    if (store === undefined) throw new Error("no store was made");
    this.nodes = { store: store.resource };
    this.storeName = output(store.resource.id).apply(() => name);
    this.registerOutputs({ storeName: this.storeName });
  }
}

class Secret extends CustomResource {
  constructor(name: string, args: { metadata: object; stringData: object }, opts: { parent: ComponentResource }) {
    super("kubernetes:core/v1:Secret", name, { apiVersion: "v1", kind: "Secret", ...args }, { ...opts, additionalSecretOutputs: ["data", "stringData"] });
  }
}

function checkIdentity(name: string, { namespace }: InfisicalIdentityArgs): void {
  if (!isDnsSubdomain(name)) {
    throw new ArgumentError("InfisicalIdentity", name, { path: "", problem: "is not a name for a Secret", expected: "Use a-z, 0-9, - and dots." });
  }
  if (!isDnsLabel(namespace)) {
    throw new ArgumentError("InfisicalIdentity", name, { path: "namespace", problem: `"${namespace}" is not a namespace`, expected: "Use a DNS label." });
  }
}
