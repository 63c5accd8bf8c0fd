/** The page's verbs. Exit codes: 0 done, 1 wrong, 2 something this machine lacks. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readCatalog } from "@rzp/deploy/catalog";
import { Command, InvalidArgumentError } from "commander";
import { execa } from "execa";
import { findChromium } from "../browser/chromium.ts";
import { measure } from "../browser/measure.ts";
import { PICTURE, takePicture } from "../browser/picture.ts";
import { siteServer } from "./server.ts";
import { APP, buildSite, DIST } from "./site.ts";

const program = new Command("catalog").description("A page over the facts of this homelab.").showSuggestionAfterError();

program
  .command("build")
  .description("build the page into apps/catalog/dist/site, where a browser opens index.html as it is")
  .option("-s, --stack <name>", "stack, as in Pulumi.<name>.yaml", "production")
  .action(async ({ stack }: { stack: string }) => {
    const catalog = await readCatalog({ stack });
    await buildSite(catalog);
    console.log(`${catalog.services.length} services: ${DIST}/site/index.html`);
  });

program
  .command("serve")
  .description("answer with the built page on this machine, as the image does in the cluster")
  .option("-p, --port <number>", "port, on the loopback", portOf, 8080)
  .action(async ({ port }: { port: number }) => {
    const site = join(DIST, "site");
    if (!existsSync(join(site, "index.html"))) program.error("error: the page is not built yet. Build it first: ./rzp nx run catalog:build");
    const server = siteServer(site).listen(port, "127.0.0.1");
    await once(server, "listening");
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

program
  .command("browser-test")
  .description("tests in a real headless Chromium ($CHROMIUM, or one on the PATH)")
  .argument("[words...]", "only test files whose path contains one of these words")
  .action(inChromium(async (words: string[]) => {
    const vitest = join(APP, "../../node_modules/.bin/vitest");
    const { exitCode } = await execa(vitest, ["run", "--config", "vitest.browser.config.ts", ...words], { cwd: APP, reject: false, stdio: "inherit" });
    process.exitCode = exitCode ?? 1;
  }));

program
  .command("measure")
  .description("how soon the page is there, how quiet it stays, and how many bytes it takes, as Chromium says")
  .action(inChromium(async () => {
    for (const line of await measure()) console.log(line);
  }));

program
  .command("picture")
  .description(`take the picture of the README: ${PICTURE}`)
  .action(inChromium(takePicture));

function portOf(word: string): number {
  const port = Number(word);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError("Use 0 to 65535; with 0 the system takes one that is free.");
  return port;
}

/** Runs what needs a browser, or says in words that there is none. */
function inChromium<Words extends unknown[]>(run: (...words: Words) => Promise<void>): (...words: Words) => Promise<void> {
  return async (...words) => {
    if (findChromium() !== undefined) { await run(...words); return; }
    console.error("skipped: there is no Chromium on this machine. Install Debian's chromium, or name one with CHROMIUM=/path/to/chromium.");
    process.exitCode = 2;
  };
}

try {
  await program.parseAsync();
} catch (error) {
  // What a person did wrong is told by name; anything else is a fault of ours, with its place.
  if (!(error instanceof Error) || !["ConfigError", "RegistryError", "ArgumentError"].includes(error.name)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
