import { library } from "../../tsup.shared.ts";

export default library(["src/index.ts", "src/plugin.ts", "src/component/generator.ts", "src/service/generator.ts", "src/migrations/*.ts"]);
