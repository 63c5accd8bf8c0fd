import { library } from "../../tsup.shared.ts";

// `import.meta.url` is where the packages of kubernetes-models are looked up from, in CommonJS too.
export default { ...library(["src/index.ts"]), shims: true };
