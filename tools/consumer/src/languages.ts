import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, Lacking, run } from "./run.ts";

/**
 * Lets Pulumi itself judge the provider's schema: what the plugin says over gRPC is bound by Pulumi's own generator, which writes the Python SDK of it as `pulumi package
 * gen-sdk` would, and Python reads every file. Gives what is wrong, one a line.
 */
export async function languages(root: string, say: (line: string) => void): Promise<string[]> {
  const generator = await buildGenerator(root);
  await lacking("python3", () => run(root, "python3", ["--version"]));
  const work = mkdtempSync(join(tmpdir(), "rzp-languages-"));
  try {
    const schema = join(work, "schema.json");
    const node = [...process.execArgv, join(root, "tools/consumer/outside/plugin.ts"), join(root, "packages/provider/src/plugin.ts"), schema];
    await run(join(root, "tools/consumer"), process.execPath, node);
    const sdk = join(work, "python");
    await run(root, generator, [schema, sdk]);
    await run(root, "python3", ["-m", "compileall", "-q", sdk]);
    const { resources } = JSON.parse(readFileSync(schema, "utf8")) as { resources: object };
    const absent = missingClasses(Object.keys(resources), globSync("pulumi_rzp/**/*.py", { cwd: sdk }).map((file) => readFileSync(join(sdk, file), "utf8")));
    say(`Pulumi takes the schema of ${Object.keys(resources).length} components, and Python the SDK of ${globSync("**/*.py", { cwd: sdk }).length} files that it writes`);
    return absent.map((name) => `the Python SDK has no class ${name}`);
  } catch (error) {
    // Here a command that fails is what is looked for: the schema is none, or the SDK is no Python.
    if (error instanceof CommandError) return [error.message];
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Components that none of the files declares. */
export function missingClasses(tokens: readonly string[], files: readonly string[]): string[] {
  return tokens.map((token) => token.split(":")[2] ?? token).filter((name) => !files.some((text) => text.includes(`class ${name}(pulumi.ComponentResource)`)));
}

/** Built with Go from the modules that its go.mod pins: a minute of CPU the first time. A machine may lack Go or the modules; a program that does not compile is a fault. */
export async function buildGenerator(root: string): Promise<string> {
  const source = join(root, "packages/provider/codegen");
  const folder = join(root, ".rzp/languages");
  const program = join(folder, "codegen");
  mkdirSync(folder, { recursive: true });
  await lacking("Go", () => run(source, "go", ["mod", "download"]));
  await run(source, "go", ["build", "-o", program, "."]);
  return program;
}

async function lacking(what: string, use: () => Promise<string>): Promise<void> {
  try {
    await use();
  } catch (error) {
    throw error instanceof CommandError ? new Lacking(`${what} is missing here, or what it needs cannot be had: ${error.output.trim()}`) : error;
  }
}
