import { defineConfig, type Options } from "tsup";
import { library } from "../../tsup.shared.ts";

// `import.meta.url` is where schema.json is looked up from, in CommonJS too.
export default defineConfig({ ...(library(["src/index.ts", "src/plugin.ts"]) as Options), shims: true });
