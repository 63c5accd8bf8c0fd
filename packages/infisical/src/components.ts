import { ComponentResource, output, secret, type ComponentResourceOptions, type CustomResource, type Input, type Output } from "@pulumi/pulumi";
import { applyTransform, isDnsLabel, isDnsSubdomain, refusal, type KubernetesObject, type Transform } from "@rzp/core";
import { manifestResource } from "@rzp/core/pulumi";
import { infisicalSecretStoreManifests, type InfisicalSecretStoreArgs } from "./store.ts";

/** Arguments of the one Secret that must exist before any store works. */
export interface InfisicalIdentityArgs {
  /** Namespace of the External Secrets Operator. It must exist. Changing it replaces the Secret. */
  namespace: string;
  /** The machine identity's client id. Changing it is a change in place; the store logs in with the new one at its next read. */
  clientId: Input<string>;
  /** The machine identity's client secret; marked secret, so that it is encrypted in the state. A change is in place. */
  clientSecret: Input<string>;
  transform?: { secret?: Transform<KubernetesObject> };
}

/** The Secret with the machine identity, made by Pulumi because a Secret is never rendered into git. {@link universalAuth} refers to it. */
export class InfisicalIdentity extends ComponentResource {
  /** Name of the Secret, known once it is there. Its keys are `clientId` and `clientSecret`. */
  readonly secretName: Output<string>;
  readonly nodes: Readonly<{ secret: CustomResource }>;

  constructor(name: string, args: InfisicalIdentityArgs, opts?: ComponentResourceOptions) {
    const object = identitySecret(name, args);
    super("rzp:infisical:InfisicalIdentity", name, { namespace: args.namespace }, opts);

    const identity = manifestResource(name, [object], { parent: this, additionalSecretOutputs: ["data", "stringData"] });

    this.nodes = { secret: identity.resource };
    this.secretName = output(this.nodes.secret.id).apply(() => object.metadata.name);
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

    const { object, resource } = manifestResource(name, objects, { parent: this });

    this.nodes = { store: resource };
    this.storeName = output(resource.id).apply(() => object.metadata.name);
    this.registerOutputs({ storeName: this.storeName });
  }
}

function identitySecret(name: string, args: InfisicalIdentityArgs): KubernetesObject {
  checkIdentity(name, args);
  const stringData = { clientId: secret(args.clientId), clientSecret: secret(args.clientSecret) };
  const object: KubernetesObject = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: args.namespace }, type: "Opaque", stringData };
  return applyTransform(object, args.transform?.secret);
}

function checkIdentity(name: string, { namespace, clientId, clientSecret }: InfisicalIdentityArgs): void {
  const refuse = refusal("InfisicalIdentity", name);
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Secret", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  if (!isDnsLabel(namespace)) refuse("namespace", `"${namespace}" is not a namespace`, "Use a DNS label.");
  for (const [field, value] of Object.entries({ clientId, clientSecret })) {
    if (value === "") refuse(field, "is empty", "Copy it from the machine identity's universal auth.");
    // The value itself is never shown.
    if (typeof value === "string" && value !== value.trim()) refuse(field, "begins or ends with white space", "Copy it without the line break.");
  }
}
