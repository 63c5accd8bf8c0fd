import { defineConfig } from "tsup";

// ESM alone: it finds its Go modules beside itself.
export default defineConfig({
  entry: ["src/index.ts", "src/cli.ts"],
  format: ["esm"],
  dts: { compilerOptions: { noEmit: false, rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true } },
  clean: true,
  splitting: true,
  target: "node22",
  sourcemap: false,
});
