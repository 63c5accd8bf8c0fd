/** What Pulumi starts: a process that tells its port and then answers the engine. It exports nothing, or the SDK would take what it finds for components to analyze. */
import { provider } from "@pulumi/pulumi";
import { rzpProvider } from "./index.ts";

provider.main(rzpProvider, process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`rzp: the provider did not start: ${String(error)}\n`);
  process.exitCode = 1;
});
