/** The page's verbs. Exit codes: 0 done, 1 wrong, 2 something this machine lacks. */
import { Command } from "commander";
import { readCatalog } from "@rzp/deploy/catalog";
import { buildSite, DIST } from "./site.ts";

const program = new Command("catalog").description("A page over the facts of this homelab.").showSuggestionAfterError();

program
  .command("build")
  .description("build the page into apps/catalog/dist, where a browser opens index.html as it is")
  .option("-s, --stack <name>", "stack, as in Pulumi.<name>.yaml", "production")
  .action(async ({ stack }: { stack: string }) => {
    const catalog = await readCatalog({ stack });
    await buildSite(catalog);
    console.log(`${catalog.services.length} services: ${DIST}/index.html`);
  });

try {
  await program.parseAsync();
} catch (error) {
  // What a person did wrong is told by name; anything else is a fault of ours, with its place.
  if (!(error instanceof Error) || !["ConfigError", "RegistryError", "ArgumentError"].includes(error.name)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
