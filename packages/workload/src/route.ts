import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import type { IHTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1";
import type { KubernetesObject } from "@rzp/core";
import { hostOf, type ServiceFacts } from "./service.ts";
import type { Site } from "./site.ts";

/** Service and port that a route leads to. */
export interface Backend {
  service: string;
  port: number;
}

/** The way in from outside: an IngressRoute with its certificate, or an HTTPRoute on a Gateway that has one. Nothing without a host. */
export function route(facts: ServiceFacts, site: Site, backend: Backend, labels: Record<string, string>): KubernetesObject[] {
  const host = hostOf(facts, site);
  if (host === undefined) return [];
  if ("gateway" in site.ingress.route) return [httpRoute(facts, host, site.ingress.route.gateway, backend, labels)];
  return [certificate(facts, host, site.certificates.issuer, labels), ingressRoute(facts, host, site.ingress.route.entryPoint, backend, labels)];
}

function certificate({ name, namespace }: ServiceFacts, host: string, issuer: string, labels: Record<string, string>): KubernetesObject {
  const object: ICertificate = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace, labels },
    spec: {
      secretName: tlsSecret(name),
      dnsNames: [host],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  };
  return object as unknown as KubernetesObject;
}

function ingressRoute({ name, namespace }: ServiceFacts, host: string, entryPoint: string, { service, port }: Backend, labels: Record<string, string>): KubernetesObject {
  const object: IIngressRoute = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name, namespace, labels },
    spec: {
      entryPoints: [entryPoint],
      routes: [{ kind: "Rule", match: `Host(\`${host}\`)`, services: [{ name: service, port }] }],
      tls: { secretName: tlsSecret(name) },
    },
  };
  return object as unknown as KubernetesObject;
}

function httpRoute({ name, namespace }: ServiceFacts, host: string, gateway: { name: string; namespace: string; sectionName?: string }, { service, port }: Backend, labels: Record<string, string>): KubernetesObject {
  const object: IHTTPRoute = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace, labels },
    spec: {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", ...gateway }],
      hostnames: [host],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ group: "", kind: "Service", name: service, port, weight: 1 }] }],
    },
  };
  return object as unknown as KubernetesObject;
}

function tlsSecret(name: string): string {
  return `${name}-tls`;
}
