/** What the image runs: the folder `site` beside it, until it is told to stop. */
import { join } from "node:path";
import { siteServer } from "./server.ts";

const { PORT = "8080" } = process.env;
const server = siteServer(join(import.meta.dirname, "site")).listen(Number(PORT));
process.once("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
