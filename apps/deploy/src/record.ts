import { join } from "node:path";
import { recordProgram, type Answers, type Recording, type RecordOptions } from "@rzp/plan";
import { IMAGE_FACTORY, imageUrls, schematicId } from "@rzp/talos/factory";
import { APP, engineConfig, PROJECT, RUNTIME_SECRETS, type Stack } from "./config.ts";

/** Where V8 keeps what it compiled of the SDK between two recordings. */
const COMPILE_CACHE = join(APP, "../../.rzp/compile-cache");

/** Records the deploy program offline: what it would ask of the engine. @param options.factory where the stack puts Talos' image factory, if not at Talos */
export function recordStack(name: string, stack: Stack, { factory = IMAGE_FACTORY, ...options }: Pick<RecordOptions, "signal" | "onProgress"> & { factory?: string | undefined } = {}): Promise<Recording> {
  return recordProgram({ program: APP, project: PROJECT, stack: name, config: engineConfig(stack), environment: placeholders(), answers: images(factory), compileCache: COMPILE_CACHE, ...options });
}

/** The program asks for its secrets; nothing is called with them here, and they are masked. */
function placeholders(): Record<string, string> {
  return Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, `placeholder-for-${name.toLowerCase().replaceAll("_", "-")}`]));
}

/** An image's id and URLs are computed from its schematic, so they are known before it is made. */
function images(factory: string): Answers {
  return {
    resources: { "talos:imageFactory/schematic:Schematic": ({ inputs: { schematic } }) => (typeof schematic === "string" ? { id: schematicId(schematic) } : undefined) },
    invokes: {
      "talos:imageFactory/getUrls:getUrls": (args) => {
        const { schematicId: id, talosVersion, platform, architecture } = args;
        if (typeof id !== "string" || typeof talosVersion !== "string" || typeof platform !== "string" || typeof architecture !== "string") return undefined;
        return { ...args, id: "", urls: imageUrls(factory, { schematicId: id, talosVersion, platform, architecture }) };
      },
    },
  };
}
