import { defineConfig } from "tsup";

/** ESM, CommonJS and declarations of a published package. */
export function library(entry: string[]): ReturnType<typeof defineConfig> {
  return defineConfig({ entry, format: ["esm", "cjs"], dts: { compilerOptions: { noEmit: false, rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true } }, clean: true, splitting: true, target: "node22", sourcemap: false });
}
