/** Runs examples under Pulumi's mocks, one after the other, and writes what each registered to the file that is named last: `mocks <plan as JSON> <file>`. */
import { writeFileSync } from "node:fs";
import { runtime } from "@pulumi/pulumi";
import { CONFIG, load, messageOf, type Plan } from "./load.ts";

const [words = "", file = ""] = process.argv.slice(2);
const { format, ids } = JSON.parse(words) as Plan;

/** Where a provider would say that images are. */
const FACTORY = "https://factory.example.com/image";

let registered: string[] = [];
let failures: string[] = [];
process.on("unhandledRejection", (error) => failures.push(messageOf(error)));

await runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      registered.push(`${type} ${name}`);
      return { id: `${name}-id`, state: { ...(inputs as object) } };
    },
    // As a test of one's own must: the component reads what the provider's function gives.
    call: ({ token, inputs }) => (token === "talos:imageFactory/getUrls:getUrls" ? { ...(inputs as object), urls: { diskImage: `${FACTORY}/nocloud-amd64.raw.xz`, installer: `${FACTORY}/installer:v1` } } : (inputs as object)),
  },
  "homelab",
  "production",
  true,
);
runtime.setAllConfig(Object.fromEntries(Object.entries(CONFIG).map(([key, value]) => [`homelab:${key}`, value])), ["homelab:clientSecret"]);
// Not among the SDK's declarations: waits until every registration has been answered.
const { waitForRPCs } = runtime as unknown as { waitForRPCs: () => Promise<void> };

const results: Record<string, { registered: string[]; failure?: string }> = {};
for (const id of ids) {
  registered = [];
  failures = [];
  try {
    await load(import.meta.dirname, format, id);
    await waitForRPCs();
    // A rejection that nobody handles is told after the loop has turned.
    await new Promise(setImmediate);
  } catch (error) {
    failures.push(messageOf(error));
  }
  results[id] = { registered: registered.toSorted(), ...(failures[0] === undefined ? {} : { failure: failures[0] }) };
}
writeFileSync(file, JSON.stringify(results));
// An example that failed may have left a server behind.
process.exit();
