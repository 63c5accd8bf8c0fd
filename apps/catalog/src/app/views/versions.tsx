import type { JSX } from "preact";
import { count, type Model } from "../model.ts";
import { Heading, Section, ServiceLink, Since, Table, Tag } from "../parts.tsx";

/** Oldest first: what waits longest for a look. */
export function Versions({ model }: { model: Model }): JSX.Element {
  const all = model.catalog.services.flatMap((service) => service.versions.map((version) => ({ service, ...version })));
  const sorted = all.toSorted((a, b) => ((a.since ?? "") < (b.since ?? "") ? -1 : (a.since ?? "") > (b.since ?? "") ? 1 : a.service.name < b.service.name ? -1 : 1));
  const images = all.filter(({ kind }) => kind === "image");
  return (
    <>
      <Heading title="Versions">{count(all.length - images.length, "chart")} and {count(images.length, "image")}, each pinned. What was pinned longest ago comes first.</Heading>
      <Section title="Pinned" note="Age is how long ago a version was written into the repository, as git says. When upstream released it is not known here, nor whether there is a newer one.">
        <Table
          caption="Versions"
          head={["Service", "Version", "What", "Pinned"]}
          rows={sorted.map(({ service, kind, name, version, since }) => [<ServiceLink key="s" name={service.name} model={model} />, <span class="mono path" key="v">{version}</span>, <><Tag>{kind}</Tag> <span class="mono muted">{name}</span></>, <Since key="d" day={since} />])}
        />
      </Section>
    </>
  );
}
