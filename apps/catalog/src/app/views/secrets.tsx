import type { JSX } from "preact";
import { count, type Model } from "../model.ts";
import { Heading, Section, ServiceLink, Table } from "../parts.tsx";

/** Keys of the store by folder, with everybody who reads them. */
export function Secrets({ model }: { model: Model }): JSX.Element {
  const reads = model.catalog.services.flatMap(({ name, secrets }) => secrets.map((secret) => ({ name, ...secret })));
  const keys = [...Map.groupBy(reads, ({ remote }) => remote)].sort(([a], [b]) => (a < b ? -1 : 1));
  const folders = [...Map.groupBy(keys, ([remote]) => remote.slice(0, remote.lastIndexOf("/")))];
  return (
    <>
      <Heading title="Secrets">{count(keys.length, "key")} of the secret store, by name. No value of any of them is known here.</Heading>
      {folders.map(([folder, inside]) => (
        <Section key={folder} title={folder}>
          <Table caption={`Keys in ${folder}`} head={["Key", "Read by"]} rows={inside.map(([remote, readers]) => [<span class="mono path" key="k">{remote.slice(folder.length + 1)}</span>, <span class="links" key="r">{[...new Set(readers.map(({ name }) => name))].map((name) => <ServiceLink key={name} name={name} model={model} />)}</span>])} />
        </Section>
      ))}
    </>
  );
}
