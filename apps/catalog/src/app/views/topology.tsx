import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Drawing } from "../../graph/draw.ts";
import { relations, RELATIONS, type Relation, type Relations } from "../edges.ts";
import { count, type Model } from "../model.ts";
import { Empty, Heading, Section, ServiceLink, Table } from "../parts.tsx";
import { goTo, href, serviceHref, type Route } from "../route.ts";

const WORDS: Readonly<Record<Relation, { title: string; lead: string; from: string; to: string }>> = {
  talks: { title: "Who talks to whom", lead: "An arrow leads from who dials to who answers. Between services everything else is closed.", from: "Service", to: "Talks to" },
  order: { title: "What comes up first", lead: "An arrow leads from what must be up to what waits for it.", from: "First", to: "Then" },
  routes: { title: "Ways in", lead: "How the home network and the internet reach a service.", from: "From", to: "To" },
};

export function Topology({ model, route }: { model: Model; route: Route }): JSX.Element {
  const relation = RELATIONS.find((one) => one === route.query.show) ?? "talks";
  const focus = route.query.focus;
  const graph = relations(model.catalog, relation);
  const peers = graph.edges.filter(({ from, to }) => from === focus || to === focus);
  return (
    <>
      <Heading title="Topology">{WORDS[relation].lead}</Heading>
      <ul class="tabs" aria-label="What is shown">
        {RELATIONS.map((one) => <li key={one}><a href={href("topology", "", { show: one === "talks" ? "" : one, focus: focus ?? "" })} aria-current={one === relation ? "true" : undefined}>{WORDS[one].title}</a></li>)}
      </ul>
      <Picture key={relation} graph={graph} relation={relation} focus={focus} />
      <div class="focus" role="status">
        {focus === undefined ? (
          <p class="muted">Choose a service to see what is next to it. Drag to move; zoom with the buttons, two fingers, or Ctrl and the wheel.</p>
        ) : (
          <>
            <p><ServiceLink name={focus} model={model} /> <span class="muted">{model.byName.get(focus)?.purpose}</span></p>
            <p class="muted">{peers.length === 0 ? "Nothing is next to it here." : count(peers.length, "connection")} {model.byName.has(focus) ? <a href={serviceHref(focus)}>Open its page</a> : null} <a href={href("topology", "", { show: route.query.show ?? "" })}>Show all</a></p>
          </>
        )}
      </div>
      {graph.alone.length === 0 ? null : <Section title="On their own" note="Services without a connection of this kind."><p class="links">{graph.alone.map((name) => <ServiceLink key={name} name={name} model={model} />)}</p></Section>}
      <details class="aslist">
        <summary>As a list</summary>
        <Table caption={WORDS[relation].title} head={[WORDS[relation].from, WORDS[relation].to]} rows={[...Map.groupBy(graph.edges, ({ from }) => from)].map(([from, to]) => [<ServiceLink key="f" name={from} model={model} />, <span class="links" key="t">{to.map((one) => <ServiceLink key={one.to} name={one.to} model={model} />)}</span>])} />
      </details>
    </>
  );
}

function Picture({ graph, relation, focus }: { graph: Relations; relation: Relation; focus: string | undefined }): JSX.Element {
  const svg = useRef<SVGSVGElement>(null);
  const [drawing, setDrawing] = useState<Drawing>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let isGone = false;
    drawingScript().then((draw) => {
      if (isGone || svg.current === null) return;
      const hrefOf = (id: string): string => href("topology", "", { show: relation === "talks" ? "" : relation, focus: id });
      setDrawing(draw(svg.current, graph.nodes, graph.edges, hrefOf));
    }, () => { setFailed(true); });
    return () => { isGone = true; };
  }, []);
  useEffect(() => { drawing?.focus(focus); }, [drawing, focus]);
  if (graph.nodes.length === 0) return <Empty>No service has a connection of this kind.</Empty>;
  if (failed) return <Empty>topology.js, which draws this, is not beside the page. The list below says the same.</Empty>;
  return (
    <div class="picture">
      {/* The group is what a screen reader names; every node in it is a link. */}
      <svg ref={svg} role="group" aria-label={`${WORDS[relation].title}: ${count(graph.nodes.length, "node")}, ${count(graph.edges.length, "arrow")}`} onClick={(event) => { if (event.target === svg.current && focus !== undefined) goTo(href("topology", "", { show: relation === "talks" ? "" : relation })); }}>
        <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 .8 7 4 0 7.2z" /></marker></defs>
      </svg>
      {drawing === undefined ? <p class="wait muted">Drawing …</p> : (
        <div class="zoom" role="group" aria-label="Zoom">
          <button type="button" aria-label="Zoom in" onClick={() => { drawing.zoomBy(1.4); }}>+</button>
          <button type="button" aria-label="Zoom out" onClick={() => { drawing.zoomBy(1 / 1.4); }}>−</button>
          <button type="button" aria-label="Fit everything" onClick={() => { drawing.fit(); }}>⤢</button>
        </div>
      )}
    </div>
  );
}

let script: Promise<NonNullable<typeof globalThis.drawTopology>> | undefined;

/** Gets the drawing's script once, when somebody looks at it first. A page out of a file may load scripts, and may not import modules. */
function drawingScript(): NonNullable<typeof script> {
  script ??= new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = "./topology.js";
    element.onload = () => {
      if (globalThis.drawTopology === undefined) reject(new Error("topology.js draws nothing"));
      else resolve(globalThis.drawTopology);
    };
    element.onerror = () => { reject(new Error("topology.js is not there")); };
    document.head.append(element);
  });
  return script;
}
