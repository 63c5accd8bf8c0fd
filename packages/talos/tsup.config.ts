import { library } from "../../tsup.shared.ts";

export default library(["src/factory.ts", "src/index.ts", "src/kubeconfig.ts", "src/versions.ts"]);
