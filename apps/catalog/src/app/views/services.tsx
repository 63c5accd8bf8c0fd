import type { CatalogService } from "@rzp/deploy/catalog";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { boxes, clock, count, FACET_NAMES, find, meant, total, type Facet, type Filter, type Model } from "../model.ts";
import { Empty, Heading, Marks } from "../parts.tsx";
import { goTo, href, serviceHref, type Route } from "../route.ts";

const LABELS: Readonly<Record<Facet, string>> = { layer: "Layer", category: "Folder", exposure: "Exposure", backup: "Backup", security: "Pod security" };

/** Height of a row and of a folder's heading, about, in pixels. */
const ROW = 42;
const HEAD = 30;

export function Services({ model, route }: { model: Model; route: Route }): JSX.Element {
  const { services, off } = model.catalog;
  const filter: Filter = route.query;
  const found = find(services, filter);
  const isNarrowed = ["q", ...FACET_NAMES].some((key) => (route.query[key] ?? "") !== "");
  const change = (key: string, value: string, replace = false): void => { goTo(href("services", "", { ...route.query, [key]: value }), { replace }); };
  return (
    <>
      <Front model={model} />
      <search class="finder">
        <SearchBox value={route.query.q ?? ""} onChange={(q) => { change("q", q, true); }} />
        <div class="facets">
          {FACET_NAMES.map((facet) => (
            <span key={facet} class={(route.query[facet] ?? "") === "" ? "facet" : "facet on"}>
              <select aria-label={LABELS[facet]} value={route.query[facet] ?? ""} onChange={({ currentTarget }) => { change(facet, currentTarget.value); }}>
                <option value="">{LABELS[facet]}</option>
                {boxes(services, filter, facet).map(([box, number]) => <option key={box} value={box}>{`${box} (${number})`}</option>)}
              </select>
            </span>
          ))}
          {isNarrowed ? <a class="clear" href={href("services")}>Clear</a> : null}
        </div>
        <p class="result" role="status">{isNarrowed ? `${found.length} of ${count(services.length, "service")}` : count(services.length, "service")}</p>
      </search>
      {found.length === 0 ? <Nothing model={model} word={route.query.q ?? ""} /> : [...Map.groupBy(found, ({ category }) => category)].map(([category, inside]) => <Folder key={category} category={category} services={inside} />)}
      {off.length === 0 || isNarrowed ? null : (
        <section class="off">
          <h2>Switched off</h2>
          <p class="note">Declared, and not wanted by this stack.</p>
          <ul>{off.map(({ name, purpose }) => <li key={name}><b class="mono">{name}</b> <span class="muted">{purpose}</span></li>)}</ul>
        </section>
      )}
    </>
  );
}

/** The homelab in one sentence and four figures, each of which leads to its view. */
function Front({ model: { catalog } }: { model: Model }): JSX.Element {
  const { services, hosts, rehearsal } = catalog;
  const volumes = services.flatMap((one) => one.volumes);
  const kept = volumes.filter(({ backup }) => typeof backup === "string");
  const addresses = services.flatMap(({ address }) => (address === undefined ? [] : [address]));
  const open = addresses.filter(({ exposure }) => exposure === "public");
  const secrets = new Set(services.flatMap((one) => one.secrets.map(({ remote }) => remote)));
  const machines = hosts.flatMap((host) => host.machines);
  const figures: [name: string, figure: string, more: string, to: string][] = [
    ["Addresses", `${addresses.length}`, open.length === 0 ? "none on the internet" : `${open.length} on the internet`, href("ports")],
    ["Volumes", `${kept.length}/${volumes.length}`, `backed up, ${total(kept.map(({ size }) => size))}`, href("backups")],
    ["Secrets", `${secrets.size}`, "in the store, by name", href("secrets")],
    ["Rehearsal", rehearsal === undefined ? "none yet" : `${rehearsal.services.healthy}/${rehearsal.services.declared}`, rehearsal === undefined ? "nothing came up on this machine" : rehearsal.ok ? `came up, ${clock(rehearsal.seconds)} in all` : `up, and ${count(rehearsal.problems.length, "problem")} found`, href("rehearsal")],
  ];
  return (
    <>
      <Heading title="Services">
        {count(services.length, "service")} in {count(new Set(services.map(({ category }) => category)).size, "folder")}, on {count(machines.length, "machine")} of {count(hosts.length, "host")}. What each is declared to be, never what happens to run.
      </Heading>
      <ul class="figures">
        {figures.map(([name, figure, more, to]) => (
          <li key={name}>
            <a href={to}><span class="name">{name}</span><b>{figure}</b><span class="more">{more}</span></a>
          </li>
        ))}
      </ul>
    </>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || (event.target instanceof Element && event.target.matches("input, select, textarea"))) return;
      event.preventDefault();
      box.current?.focus();
    };
    addEventListener("keydown", pressed);
    return () => { removeEventListener("keydown", pressed); };
  }, []);
  return (
    <label class="search">
      <span class="hidden">Search services</span>
      <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 4 4" /></svg>
      <input ref={box} type="search" value={value} placeholder="Name, port, image, secret …" autocomplete="off" spellcheck={false} onInput={({ currentTarget }) => { onChange(currentTarget.value); }} />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

function Folder({ category, services }: { category: string; services: readonly CatalogService[] }): JSX.Element {
  return (
    // What is far below is not laid out before it is near: about as high as this it will be.
    <section class="folder" style={{ containIntrinsicSize: `auto ${ROW * services.length + HEAD}px` }}>
      <h2 class="mono">{category.split("/").map((part, index) => (index === 0 ? part : <><i>/</i>{part}</>))} <span class="figure">{services.length}</span></h2>
      <ul class="rows">
        {services.map((service) => (
          <li key={service.name} class="row">
            <a class={`service ${service.layer}`} href={serviceHref(service.name)}>{service.name}</a>
            <span class="purpose">{service.purpose}</span>
            <span class="version mono">{service.versions[0]?.version ?? ""}</span>
            <span class="marks"><Marks service={service} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Nothing({ model, word }: { model: Model; word: string }): JSX.Element {
  const near = word.trim() === "" ? undefined : meant(model.catalog.services, word);
  return (
    <Empty>
      No service is like that.{near === undefined ? null : <> Did you mean <a href={serviceHref(near)}>{near}</a>?</>}
    </Empty>
  );
}
