import type { Refuse } from "@rzp/core";
import { hostOf, type ObjectStore, type RenderContext, type ServiceFacts } from "@rzp/workload/manifests";
import type { Fields } from "./chart.ts";

/** A service that asks for a password, as whoever dials it names it. */
export interface PasswordPeer {
  /** Name of the service. */
  service: string;
  /** Absolute key of the password in the secret store. */
  password: string;
}

/** Who signs people in by OpenID Connect. */
export interface LoginPeer {
  /** Name of the service. Its tokens name it by its public name, so it has a route. */
  service: string;
  /** Name of the ingress controller, by which pods reach that public name. */
  through: string;
}

export const PASSWORD_PEER: Fields<PasswordPeer> = { service: "required", password: "required" };
export const STORE_PEER: Fields<ObjectStore> = { service: "required", endpoint: "required", bucket: "required", accessKey: "required", secretKey: "required" };
export const LOGIN_PEER: Fields<LoginPeer> = { service: "required", through: "required" };

/** Where pods find a service that has a Service of its own name. */
export function hostIn({ name, namespace }: ServiceFacts): string {
  return `${name}.${namespace}.svc`;
}

/** The same with the first of its ports, which it has if anybody talks to it. */
export function addressOf(facts: ServiceFacts): string {
  return `${hostIn(facts)}:${facts.ports[0]?.port ?? ""}`;
}

/** What the tokens of a login call it. */
export function issuerOf({ service }: LoginPeer, context: RenderContext, refuse: Refuse): string {
  const host = hostOf(context.service(service), context.site) ?? refuse("login.service", `is ${service}, which has no route`, "People who sign in are sent there: give it one.");
  return `https://${host}`;
}
