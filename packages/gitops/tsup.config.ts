import { defineConfig, type Options } from "tsup";
import { library } from "../../tsup.shared.ts";

// `import.meta.url` is where the packages of kubernetes-models are looked up from, in CommonJS too.
export default defineConfig({ ...(library(["src/index.ts"]) as Options), shims: true });
