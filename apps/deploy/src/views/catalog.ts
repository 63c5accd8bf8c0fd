import type { ServiceFacts } from "@rzp/workload/manifests";
import { fileOf, type Homelab } from "../homelab.ts";
import { blocks, code, link, REFERENCE, section, table, words, type Page } from "./markdown.ts";
import { servicePage, urlOf, versionOf } from "./service-page.ts";

/** A page a service, and one that lists them. */
export function serviceCatalog(home: Homelab): Page[] {
  const { services } = home.context;
  const folder = `${REFERENCE}/service-catalog`;
  return [
    { path: `${folder}/index.md`, text: catalogIndex(home), source: "apps/deploy/src/views/catalog.ts" },
    ...services.map((facts) => ({ path: `${folder}/${pageName(facts.name)}`, text: servicePage(facts, home), source: fileOf(facts) })),
  ];
}

function pageName(name: string): string {
  return `${name}.md`;
}

function catalogIndex(home: Homelab): string {
  const byCategory = [...Map.groupBy(home.context.services, ({ category }) => category)];
  return blocks(
    "# Services",
    `${home.context.services.length} services in ${byCategory.length} folders. What each is declared to be, never what happens to run.`,
    byCategory.map(([category, inside]) => section(code(category), table(["service", "what it is for", "version", "address"], inside.map((facts) => row(facts, home))))),
  );
}

function row(facts: ServiceFacts, home: Homelab): string[] {
  const { name, purpose = "", risks } = facts;
  return [`${link(name, pageName(name))}${risks.length === 0 ? "" : " ⚠"}`, words(purpose), versionOf(facts), urlOf(facts, home)];
}
