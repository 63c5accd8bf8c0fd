import { defined, type KubernetesObject } from "@rzp/core";
import { layerOf, type Declaration, type RenderContext, type ServiceFacts, type ServiceId, type ServiceSecret } from "@rzp/workload/manifests";

/** Namespace that views name for their Application's destination: nothing of theirs is in it, and nobody else's either. */
export const NO_NAMESPACE = "default";

/** A declaration that runs no pods of its own: objects that follow from the site and from all services together. */
export interface ViewArgs {
  /** One sentence: what it is for. */
  purpose: string;
  /** Its objects, each with its namespace. */
  manifests: (context: RenderContext) => KubernetesObject[];
  /** Services that must be up before it is applied. @default none */
  needs?: readonly string[];
  /** Sync wave inside its layer. @default follows from `needs` */
  wave?: number;
  /** Keys of the secret store that its objects name, with their places; each is read into the namespaces that need it. @default none */
  secrets?: (id: ServiceId) => ServiceSecret[];
}

export function view(args: ViewArgs): Declaration {
  const declaration: Declaration = { facts: (id) => viewFacts(id, args), manifests: (_, context) => args.manifests(context), override: () => declaration };
  return declaration;
}

/** True for a service without pods. */
export function isView({ namespace }: Pick<ServiceFacts, "namespace">): boolean {
  return namespace === NO_NAMESPACE;
}

function viewFacts(id: ServiceId, { purpose, needs = [], wave, secrets }: ViewArgs): ServiceFacts {
  const { name, category } = id;
  return defined<ServiceFacts>({
    name,
    category,
    layer: layerOf(category) ?? "core",
    namespace: NO_NAMESPACE,
    podSecurity: "restricted",
    purpose,
    ...(wave === undefined ? {} : { wave }),
    images: [],
    ports: [],
    podLabels: {},
    exposure: "internal",
    hostPorts: [],
    secrets: secrets?.(id) ?? [],
    volumes: [],
    needs,
    talksTo: [],
    relaxations: [],
    risks: [],
    clusterKinds: [],
    requests: { cpu: "0", memory: "0Mi", replicas: 0 },
  });
}
