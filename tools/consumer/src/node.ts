import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { CommandError, Lacking, run } from "./run.ts";

/** The older Node that the packages promise to run on (`engines`), as the npm registry has it for Linux. */
const NODE_22 = "22.23.3";

/** A Node to run what was installed with. */
export interface Runtime {
  name: string;
  path: string;
}

/** This process's own Node and the older one, which is got once into `.rzp/`. */
export async function runtimes(root: string): Promise<Runtime[]> {
  const own = { name: `Node ${process.versions.node.split(".")[0] ?? ""}`, path: process.execPath };
  if (platform() !== "linux" || !["x64", "arm64"].includes(arch())) throw new Lacking(`there is no pinned Node ${NODE_22} for ${platform()} ${arch()}`);
  const name = `node-linux-${arch()}`;
  const folder = join(root, ".rzp/consumer", NODE_22);
  const path = join(folder, "node_modules", name, "bin/node");
  if (!existsSync(path)) {
    try {
      await run(root, "npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${NODE_22}`]);
    } catch (error) {
      throw error instanceof CommandError ? new Lacking(`Node ${NODE_22} cannot be had: ${error.output.trim()}`) : error;
    }
  }
  return [{ name: "Node 22", path }, own];
}
