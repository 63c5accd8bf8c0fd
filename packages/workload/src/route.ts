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
}

type Metadata = Required<Pick<ObjectMeta, "name" | "namespace" | "labels" | "annotations">>;
type Gateway = Extract<Site["ingress"]["route"], { gateway: unknown }>["gateway"];

/** The way in from outside: an IngressRoute with its certificate, or an HTTPRoute on a Gateway that has one. Nothing without a host. */
export function route(facts: ServiceFacts, site: Site, backend: Backend, labels: Record<string, string>): KubernetesObject[] {
  const host = hostOf(facts, site);
  if (host === undefined) return [];
  const { route: way } = site.ingress;
  const meta = metadata(facts, labels);
  if ("gateway" in way) return [httpRoute(meta, host, way.gateway, backend, facts)];
  const secretName = tlsSecretName(facts.name);
  return [certificate(meta, host, secretName, site.certificates.issuer), ingressRoute(meta, host, secretName, way.entryPoint, backend, facts)];
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

function ingressRoute(meta: Metadata, host: string, secretName: string, entryPoint: string, { service, port }: Backend, { auth }: ServiceFacts): KubernetesObject {
  const object: IIngressRoute = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: meta,
    spec: {
      entryPoints: [entryPoint],
      routes: [{ kind: "Rule", match: `Host(\`${host}\`)`, ...(auth === undefined ? {} : { middlewares: [{ name: AUTH_MIDDLEWARE }] }), services: [{ name: service, port }] }],
      tls: { secretName },
    },
  };
  return object as unknown as KubernetesObject;
}

function httpRoute(meta: Metadata, host: string, gateway: Gateway, { service, port }: Backend, { auth }: ServiceFacts): KubernetesObject {
  // A Gateway that does not know the filter must refuse the whole rule (Gateway API, HTTPRouteFilter), so nobody passes unasked.
  const filters = [{ type: "ExtensionRef" as const, extensionRef: { group: "traefik.io", kind: "Middleware", name: AUTH_MIDDLEWARE } }];
  const object: IHTTPRoute = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: meta,
    spec: {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", ...gateway }],
      hostnames: [host],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], ...(auth === undefined ? {} : { filters }), backendRefs: [{ group: "", kind: "Service", name: service, port, weight: 1 }] }],
    },
  };
  return object as unknown as KubernetesObject;
}
