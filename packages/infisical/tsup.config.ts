import { library } from "../../tsup.shared.ts";

export default library(["src/index.ts", "src/manifests.ts", "src/reader.ts"]);
