/**
 * A stand-in for `@pulumiverse/talos` 0.8.1: the same namespaces, class names, tokens, secret marks and plugin version, for the part that
 * `@rzp/talos` uses. Where the real package can be had, it takes this one's place without a change in any importer.
 */
export * as client from "./client.ts";
export * as cluster from "./cluster.ts";
export * as imagefactory from "./imagefactory.ts";
export * as machine from "./machine.ts";
