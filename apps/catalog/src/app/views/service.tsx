import type { CatalogService } from "@rzp/deploy/catalog";
import type { ComponentChildren, JSX } from "preact";
import { count, type Model } from "../model.ts";
import { Heading, Marks, Section, ServiceLink, Since, Table, Tag } from "../parts.tsx";
import { href } from "../route.ts";

/** Everything that is declared of one service, and who else names it. */
export function ServicePage({ service, model }: { service: CatalogService; model: Model }): JSX.Element {
  const { name, category, purpose, address, upstream } = service;
  return (
    <article>
      <p class="crumbs mono"><a href={href("services")}>services</a><i>/</i><a href={href("services", "", { category })}>{category}</a></p>
      <Heading title={name}>{purpose}</Heading>
      <p class="actions">
        {address === undefined ? null : <a class="button" href={`https://${address.host}`} rel="noreferrer">{address.host} <span aria-hidden="true">↗</span></a>}
        {upstream === undefined ? null : <a class="button quiet" href={upstream} rel="noreferrer">Documentation <span aria-hidden="true">↗</span></a>}
        <span class="marks"><Marks service={service} /></span>
      </p>
      {service.risks.length === 0 ? null : <section class="risks"><h2>Known and accepted</h2><ul>{service.risks.map((risk) => <li key={risk}>{risk}</li>)}</ul></section>}
      <div class="columns">
        <div>
          <Connections service={service} model={model} />
          <Ports service={service} />
          <Volumes service={service} />
          <Secrets service={service} model={model} />
          <Relaxations service={service} />
        </div>
        <aside aria-label="Facts"><Facts service={service} model={model} /></aside>
      </div>
    </article>
  );
}

/** Both ways: who dials it on the left, whom it dials on the right. */
function Connections({ service: { name, layer, talksTo }, model }: { service: CatalogService; model: Model }): JSX.Element {
  const callers = model.talkedToBy.get(name) ?? [];
  const list = (names: readonly string[], nobody: string): JSX.Element => (names.length === 0 ? <p class="muted">{nobody}</p> : <ul>{names.map((peer) => <li key={peer}><ServiceLink name={peer} model={model} /></li>)}</ul>);
  return (
    <Section title="Connections" note={<>Everything else between services is closed. <a href={href("topology", "", { focus: name })}>See it in the topology</a></>}>
      <div class="flow">
        <div><h3>Talked to by</h3>{list(callers, "no service")}</div>
        <div class="self"><span class={`service ${layer}`}>{name}</span></div>
        <div><h3>Talks to</h3>{list(talksTo, "no service")}</div>
      </div>
    </Section>
  );
}

function Ports({ service: { ports, hostPorts, loadBalancer } }: { service: CatalogService }): JSX.Element | null {
  if (ports.length + hostPorts.length === 0) return null;
  return (
    <Section title="Ports">
      <Table
        caption="Ports"
        head={["Port", "Name", "Who may dial it"]}
        rows={[
          ...ports.map(({ port, protocol, name, who, reach }) => [<span class="mono" key="p">{port}/{protocol}</span>, name, reach === "cluster" ? who.join("; ") || "nobody" : <><Tag kind="open">home network</Tag> {who.join("; ")}</>]),
          ...hostPorts.map((port) => [<span class="mono" key="p">{port}</span>, "", <><Tag kind="open">home network</Tag> everybody, on its node</>]),
        ]}
      />
      {loadBalancer === undefined ? null : <p class="note">Its own address is <span class="mono">{loadBalancer}</span>.</p>}
    </Section>
  );
}

function Volumes({ service: { volumes } }: { service: CatalogService }): JSX.Element | null {
  if (volumes.length === 0) return null;
  const backup = (one: CatalogService["volumes"][number]["backup"]): ComponentChildren => (typeof one === "string" ? <Tag kind="good">{one}</Tag> : <><Tag kind="warn">none</Tag> {one.none}</>);
  return (
    <Section title="Volumes">
      <Table caption="Volumes" head={["Volume", "Size", "Mounted at", "Backup"]} rows={volumes.map((one) => [<span class="mono" key="n">{one.name}</span>, one.size, one.mountPath === undefined ? <span class="muted">by the chart or operator</span> : <span class="mono">{one.mountPath}</span>, backup(one.backup)])} />
    </Section>
  );
}

function Secrets({ service: { secrets }, model }: { service: CatalogService; model: Model }): JSX.Element | null {
  if (secrets.length === 0) return null;
  return (
    <Section title="Secrets" note="Names only. No value is known here.">
      <Table caption="Secrets" head={["Key", "Read from"]} rows={secrets.map(({ key, remote, owner }) => [<span class="mono" key="k">{key}</span>, <><span class="mono path">{remote}</span>{owner === undefined ? null : <> of <ServiceLink name={owner} model={model} /></>}</>])} />
    </Section>
  );
}

function Relaxations({ service: { podSecurity, relaxations } }: { service: CatalogService }): JSX.Element | null {
  if (podSecurity === undefined) return null;
  return (
    <Section title="Security" note={relaxations.length === 0 ? `Pod security is ${podSecurity}; nothing is allowed beyond the safe default.` : `Pod security is ${podSecurity}. Beyond the safe default it may:`}>
      {relaxations.length === 0 ? null : <Table caption="What is allowed beyond the safe default" head={["What", "Why"]} rows={relaxations.map(({ what, reason }) => [<span class="mono" key="w">{what}</span>, reason])} />}
    </Section>
  );
}

function Facts({ service, model }: { service: CatalogService; model: Model }): JSX.Element {
  const { name, layer, wave, namespace, podSecurity, requests, versions, needs, managedBy, declaration, folder } = service;
  const links = (names: readonly string[]): JSX.Element => <span class="links">{names.map((one) => <ServiceLink key={one} name={one} model={model} />)}</span>;
  const runs = model.runs.get(name) ?? [];
  const before = model.neededBy.get(name) ?? [];
  const facts: [term: string, fact: ComponentChildren][] = [
    ...versions.map((one): [string, ComponentChildren] => [one.kind, <><span class="mono">{one.name} {one.version}</span><br /><span class="muted">{one.since === undefined ? "pinned since: not known" : <>pinned <Since day={one.since} />, on {one.since}</>}</span><details><summary>In full</summary><span class="mono path">{one.reference}</span></details></>]),
    ["comes up", <>layer {layer}, wave {wave}</>],
    ...(needs.length === 0 ? [] : [["after", links(needs)] as [string, ComponentChildren]]),
    ...(before.length === 0 ? [] : [["before", links(before)] as [string, ComponentChildren]]),
    ...(managedBy === undefined ? [] : [["run by", links([managedBy])] as [string, ComponentChildren]]),
    ...(runs.length === 0 ? [] : [["runs", links(runs)] as [string, ComponentChildren]]),
    ...(namespace === undefined ? [] : [["namespace", <span class="mono" key="n">{namespace}</span>] as [string, ComponentChildren]]),
    ...(podSecurity === undefined ? [] : [["pod security", podSecurity] as [string, ComponentChildren]]),
    ...(requests === undefined ? [] : [["asks for", `${requests.cpu} CPU, ${requests.memory} a pod, ${count(requests.replicas, "pod")}`] as [string, ComponentChildren]]),
    ["declared in", <span class="mono path" key="d">{declaration}</span>],
    ["rendered to", <span class="mono path" key="f">{folder}</span>],
  ];
  return <dl class="facts">{facts.map(([term, fact], index) => <div key={index}><dt>{term}</dt><dd>{fact}</dd></div>)}</dl>;
}
