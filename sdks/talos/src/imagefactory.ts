import { CustomResource, runtime, type CustomResourceOptions, type Input, type InvokeOutputOptions, type Output } from "@pulumi/pulumi";
import { invokeOptions, resourceOptions } from "./options.ts";

/** What an image holds besides Talos. */
export interface SchematicArgs {
  /** As YAML. @default the empty schematic */
  schematic?: Input<string>;
}

/** A registered schematic; its `id` is the schematic's id. */
export class Schematic extends CustomResource {
  declare readonly schematic: Output<string | undefined>;

  constructor(name: string, args?: SchematicArgs, opts?: CustomResourceOptions) {
    super("talos:imageFactory/schematic:Schematic", name, { schematic: args?.schematic }, resourceOptions(opts));
  }
}

/** Which image the URLs are for. */
export interface GetUrlsOutputArgs {
  architecture?: Input<string>;
  /** Such as `nocloud` or `metal`; not together with `sbc`. */
  platform?: Input<string>;
  /** Single-board computer, instead of a platform. */
  sbc?: Input<string>;
  schematicId: Input<string>;
  talosVersion: Input<string>;
}

/** Where the image factory has an image. */
export interface GetUrlsResult {
  readonly architecture: string;
  readonly id: string;
  readonly platform?: string;
  readonly sbc?: string;
  readonly schematicId: string;
  readonly talosVersion: string;
  /** The schema calls all of them required, yet for nocloud the last four are absent. */
  readonly urls: {
    readonly diskImage?: string;
    readonly diskImageSecureboot?: string;
    readonly installer?: string;
    readonly installerSecureboot?: string;
    readonly iso?: string;
    readonly isoSecureboot?: string;
    readonly pxe?: string;
    readonly initramfs?: string;
    readonly kernel?: string;
    readonly kernelCommandLine?: string;
    readonly uki?: string;
  };
}

/** The URLs of an image; they are made up without asking the factory. */
export function getUrlsOutput(args: GetUrlsOutputArgs, opts?: InvokeOutputOptions): Output<GetUrlsResult> {
  return runtime.invokeOutput("talos:imageFactory/getUrls:getUrls", { ...args }, invokeOptions(opts));
}
