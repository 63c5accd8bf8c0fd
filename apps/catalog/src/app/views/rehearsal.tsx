import type { CatalogRehearsal } from "@rzp/deploy/catalog";
import type { JSX } from "preact";
import { clock, type Model } from "../model.ts";
import { Empty, Heading, Section, ServiceLink, Tag } from "../parts.tsx";

export function Rehearsal({ model }: { model: Model }): JSX.Element {
  const { rehearsal } = model.catalog;
  if (rehearsal === undefined)
    return (
      <>
        <Heading title="Rehearsal">The whole homelab comes up on one machine, without hardware: a real Kubernetes API and a real Argo CD.</Heading>
        <Empty>No rehearsal yet. Hold one with <code>./rzp rehearse</code>, and build this page again.</Empty>
      </>
    );
  const { ok, services, objects, seconds, versions, played, steps, problems, ended } = rehearsal;
  return (
    <>
      <Heading title="Rehearsal">
        {ok ? "The homelab comes up" : "The homelab does not come up"}: {services.healthy} of {services.declared} Applications healthy, {objects.admitted} of {objects.rendered} objects in the cluster, {clock(seconds)} in all.
        {ended === undefined ? " When it was held, its report does not say." : <> Held on <time dateTime={ended}>{new Date(ended).toLocaleString("en", { dateStyle: "long", timeStyle: "short" })}</time>.</>}
      </Heading>
      <ol class="steps">
        {steps.map(({ step, seconds: took, passed }) => <li key={step}><Tag kind={passed ? "good" : "warn"}>{passed ? "passed" : "failed"}</Tag> {step} <span class="muted">{clock(took)}</span></li>)}
      </ol>
      <Problems problems={problems} model={model} />
      <Section title="What came up when" note="Pale while Argo CD applies it, solid until it is up.">
        <Timeline rehearsal={rehearsal} model={model} />
      </Section>
      <p class="note">Real: kube-apiserver {versions.kubernetes}, Argo CD {versions.argoCd}, scheduler and controllers. Played: {played.join("; ")}.</p>
    </>
  );
}

/** How many problems are read before anybody asks for the others. */
const FIRST = 4;

function Problems({ problems, model }: { problems: CatalogRehearsal["problems"]; model: Model }): JSX.Element | null {
  if (problems.length === 0) return null;
  const list = (some: CatalogRehearsal["problems"]): JSX.Element => <ul>{some.map(({ application, object, message }) => <li key={`${application} ${object} ${message}`}><ServiceLink name={application} model={model} /> {object}: {message}</li>)}</ul>;
  return (
    <section class="risks">
      <h2>What stands in the way</h2>
      {list(problems.slice(0, FIRST))}
      {problems.length > FIRST ? <details><summary>{problems.length - FIRST} more</summary>{list(problems.slice(FIRST))}</details> : null}
    </section>
  );
}

/** A bar an Application, from seen over in sync to up, in the order of arrival. */
function Timeline({ rehearsal: { arrivals }, model }: { rehearsal: CatalogRehearsal; model: Model }): JSX.Element {
  const end = Math.max(1, ...arrivals.map(({ seen = 0, up = seen }) => up));
  const last = ({ seen = Infinity, up = Infinity }: CatalogRehearsal["arrivals"][number]): [number, number] => [up, seen];
  const inOrder = arrivals.toSorted((a, b) => last(a)[0] - last(b)[0] || last(a)[1] - last(b)[1] || (a.application < b.application ? -1 : 1));
  const share = (seconds: number): string => `${((100 * seconds) / end).toFixed(2)}%`;
  const bar = (from: number, to: number, kind: string): JSX.Element => <span class={`bar ${kind}`} style={{ left: share(from), width: share(Math.max(0, to - from)) }} />;
  return (
    <table class="timeline">
      <caption class="hidden">When each Application was seen and up, in seconds since the beginning</caption>
      <thead><tr><th scope="col">Application</th><th scope="col">Seen</th><th scope="col">Up</th><th scope="col" class="wide"><span class="hidden">Time, from 0 to {clock(end)}</span><span class="axis" aria-hidden="true"><i>0</i><i>{clock(end / 2)}</i><i>{clock(end)}</i></span></th></tr></thead>
      <tbody>
        {inOrder.map(({ application, seen, synced, up }) => (
          <tr key={application} class={model.byName.get(application)?.layer ?? "core"}>
            <th scope="row"><ServiceLink name={application} model={model} /></th>
            <td>{seen === undefined ? "never" : clock(seen)}</td>
            <td>{up === undefined ? <Tag kind="warn">never</Tag> : clock(up)}</td>
            <td class="wide" aria-hidden="true"><div class="track">{seen === undefined || synced === undefined ? null : bar(seen, synced, "sync")}{seen === undefined || up === undefined ? null : bar(synced ?? seen, up, "up")}</div></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
