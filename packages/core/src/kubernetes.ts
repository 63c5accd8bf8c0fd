/** A plain JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Metadata of a Kubernetes object as it is authored: what the server adds is left out. */
export interface ObjectMeta {
  name: string;
  /** Absent for cluster-scoped objects only; a namespaced object always names its namespace. */
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
}

/** A Kubernetes object as plain data: what a `...Manifests` function returns, `render` writes and a provider applies. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** Identity of an object within a cluster: `apps/v1/Deployment media/sonarr`, or `v1/Namespace media` without a namespace. */
export function objectId({ apiVersion, kind, metadata }: KubernetesObject): string {
  const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return `${apiVersion}/${kind} ${name}`;
}

/** A type whose fields are absent where they were undefined. */
export type Defined<T> = T extends readonly unknown[]
  ? { [I in keyof T]: Defined<T[I]> }
  : T extends object
    ? { [K in keyof T as undefined extends T[K] ? never : K]: Defined<T[K]> } & {
        [K in keyof T as undefined extends T[K] ? K : never]?: Defined<Exclude<T[K], undefined>>;
      }
    : T;

/** A value without the fields that are undefined, at any depth: what JSON would keep. */
export function defined<T>(value: T): Defined<T> {
  return strip(value) as Defined<T>;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, strip(field)]),
  );
}
