import type { Json, KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import { AUTH_MIDDLEWARE } from "@rzp/workload/manifests";
import { SECURITY_HEADERS } from "../../site.ts";
import { view } from "../../view.ts";

/** Name of the Secret with those who may pass. */
const SECRET = "auth";
/** Their names and hashed passwords, a line each, as `htpasswd -nB` writes them. */
const USERS = "/shared-config/ingress-routes/BASIC_AUTH_USERS";

export const ingressRoutes = view({
  purpose: "What routes share: headers of every answer, and a password in front of apps that have none.",
  needs: ["traefik", "secrets"],
  secrets: () => [{ key: "users", remote: USERS }],
  manifests: ({ site, services }) => {
    const guarded = [...new Set(services.filter(({ auth }) => auth !== undefined).map(({ namespace }) => namespace))].sort();
    return [securityHeaders(site.ingress.namespace), ...guarded.flatMap((namespace) => passwordFor(namespace, site.secretStore.name))];
  },
});

function securityHeaders(namespace: string): KubernetesObject {
  return middleware(SECURITY_HEADERS, namespace, {
    headers: {
      // A year. Subdomains are left out: each host has its own answer.
      stsSeconds: 31_536_000,
      contentTypeNosniff: true,
      referrerPolicy: "same-origin",
      // Empty takes them away: they say what runs here, and in which version.
      customResponseHeaders: { Server: "", "X-Powered-By": "" },
    },
  });
}

/** A route finds a Middleware in its own namespace only, and a Middleware its Secret. */
function passwordFor(namespace: string, store: string): KubernetesObject[] {
  return [
    // Traefik takes a Secret with this one key, and no other.
    ...externalSecretManifests(SECRET, { namespace, store, keys: [{ key: "users", remote: USERS }] }),
    // The app does not learn the password.
    middleware(AUTH_MIDDLEWARE, namespace, { basicAuth: { secret: SECRET, removeHeader: true } }),
  ];
}

function middleware(name: string, namespace: string, spec: Readonly<Record<string, Json>>): KubernetesObject {
  return { apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: { name, namespace }, spec };
}
