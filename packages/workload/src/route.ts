import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import type { IHTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1";
import type { KubernetesObject, ObjectMeta } from "@rzp/core";
import { AUTH_MIDDLEWARE, tlsSecretName } from "./names.ts";
import { hostOf, type ServiceFacts } from "./service.ts";
import type { Site } from "./site.ts";

/** Service and port that a route leads to. */
export interface Backend {
  service: string;
  port: number;
  /** HTTP/2 without TLS, which gRPC needs; a Gateway reads it from the Service's `appProtocol`. @default HTTP/1.1 */
  scheme?: "h2c";
}

/** What a host leads to, and what single paths of it lead to instead, by their prefix. */
export interface Backends extends Backend {
  paths?: Readonly<Record<string, Backend>>;
}

type Metadata = Required<Pick<ObjectMeta, "name" | "namespace" | "labels" | "annotations">>;
type Gateway = Extract<Site["ingress"]["route"], { gateway: unknown }>["gateway"];

/** The way in from outside: an IngressRoute with its certificate, or an HTTPRoute on a Gateway that has one. Nothing without a host. */
export function route(facts: ServiceFacts, site: Site, backends: Backends, labels: Record<string, string>): KubernetesObject[] {
  const host = hostOf(facts, site);
  if (host === undefined) return [];
  const { route: way } = site.ingress;
  const meta = metadata(facts, labels);
  if ("gateway" in way) return [httpRoute(meta, host, way.gateway, backends, facts)];
  const secretName = tlsSecretName(facts.name);
  return [certificate(meta, host, secretName, site.certificates.issuer), ingressRoute(meta, host, secretName, way.entryPoint, backends, facts)];
}

/** The kinds come with other Applications: a sync without them still applies everything else. */
function metadata({ name, namespace }: ServiceFacts, labels: Record<string, string>): Metadata {
  return { name, namespace, labels, annotations: { "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true" } };
}

function certificate(meta: Metadata, host: string, secretName: string, issuer: string): KubernetesObject {
  const object: ICertificate = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: meta,
    spec: {
      secretName,
      dnsNames: [host],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  };
  return object as unknown as KubernetesObject;
}

function ingressRoute(meta: Metadata, host: string, secretName: string, entryPoint: string, backends: Backends, { auth }: ServiceFacts): KubernetesObject {
  const middlewares = auth === undefined ? {} : { middlewares: [{ name: AUTH_MIDDLEWARE }] };
  // The longer rule comes first, so that a path wins over its host.
  const rule = (match: string, { service: name, port, scheme }: Backend): NonNullable<IIngressRoute["spec"]>["routes"][number] => ({
    kind: "Rule",
    match,
    ...middlewares,
    services: [{ name, port, ...(scheme === undefined ? {} : { scheme }) }],
  });
  const object: IIngressRoute = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: meta,
    spec: {
      entryPoints: [entryPoint],
      routes: [rule(`Host(\`${host}\`)`, backends), ...Object.entries(backends.paths ?? {}).map(([path, backend]) => rule(`Host(\`${host}\`) && PathPrefix(\`${path}\`)`, backend))],
      tls: { secretName },
    },
  };
  return object as unknown as KubernetesObject;
}

function httpRoute(meta: Metadata, host: string, gateway: Gateway, backends: Backends, { auth }: ServiceFacts): KubernetesObject {
  // A Gateway that does not know the filter must refuse the whole rule (Gateway API, HTTPRouteFilter), so nobody passes unasked.
  const filters = [{ type: "ExtensionRef" as const, extensionRef: { group: "traefik.io", kind: "Middleware", name: AUTH_MIDDLEWARE } }];
  const rule = ([path, { service: name, port }]: [string, Backend]): NonNullable<NonNullable<IHTTPRoute["spec"]>["rules"]>[number] => ({
    matches: [{ path: { type: "PathPrefix", value: path } }],
    ...(auth === undefined ? {} : { filters }),
    backendRefs: [{ group: "", kind: "Service", name, port, weight: 1 }],
  });
  const object: IHTTPRoute = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: meta,
    spec: {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", ...gateway }],
      hostnames: [host],
      rules: Object.entries({ "/": backends, ...backends.paths }).map(rule),
    },
  };
  return object as unknown as KubernetesObject;
}
