import { mergeOptions, type CustomResourceOptions, type InvokeOutputOptions } from "@pulumi/pulumi";

/** Where the engine gets the provider's plugin, and which one: what the real SDK adds to every resource and call. */
const plugin = { version: "0.8.1", pluginDownloadURL: "github://api.github.com/pulumiverse" };

export function resourceOptions(opts: CustomResourceOptions | undefined, additionalSecretOutputs: string[] = []): CustomResourceOptions {
  return mergeOptions(mergeOptions(plugin, opts), { additionalSecretOutputs });
}

export function invokeOptions(opts: InvokeOutputOptions | undefined): InvokeOutputOptions {
  return { ...plugin, ...opts };
}
