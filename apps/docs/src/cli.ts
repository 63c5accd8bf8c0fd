/** `./rzp docs`. Exit codes: 0 done, 1 wrong. */
import { Command } from "commander";
import { buildSite, DIST, serveSite } from "./site.ts";

const say = (line: string): void => { console.log(line); };

await new Command("docs")
  .description("build the documents as a site into apps/docs/dist: every page, the packages' reference, search; a dead link fails it")
  .showSuggestionAfterError()
  .option("--serve", "show the site on this machine instead, and build a page again when it changes")
  .option("--port <number>", "of --serve", Number, 5180)
  .action(async ({ serve = false, port }: { serve?: boolean; port: number }) => {
    if (serve) say(`${await serveSite(port, say)} (Ctrl+C ends it)`);
    else {
      await buildSite(say);
      say(`${DIST}: any web server shows it, and so does \`./rzp docs --serve\``);
    }
  })
  .parseAsync();
