import { nearest } from "@rzp/core";
import type { ComponentType, JSX } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { Heading } from "./parts.tsx";
import type { Model } from "./model.ts";
import { href, useRoute, VIEWS, type Route, type View } from "./route.ts";
import { ThemeSwitch } from "./theme.tsx";
import { Backups } from "./views/backups.tsx";
import { Machines } from "./views/machines.tsx";
import { Ports } from "./views/ports.tsx";
import { Rehearsal } from "./views/rehearsal.tsx";
import { Secrets } from "./views/secrets.tsx";
import { ServicePage } from "./views/service.tsx";
import { Services } from "./views/services.tsx";
import { Topology } from "./views/topology.tsx";
import { Versions } from "./views/versions.tsx";

interface ViewProps {
  model: Model;
  route: Route;
}

const PAGES: Readonly<Record<View, { title: string; page: ComponentType<ViewProps>; figure: (model: Model) => number | undefined }>> = {
  services: { title: "Services", page: Services, figure: ({ catalog }) => catalog.services.length },
  topology: { title: "Topology", page: Topology, figure: () => undefined },
  machines: { title: "Machines", page: Machines, figure: ({ catalog }) => catalog.hosts.flatMap(({ machines }) => machines).length },
  ports: { title: "Ports", page: Ports, figure: ({ catalog }) => catalog.services.flatMap(({ ports }) => ports).length },
  backups: { title: "Backups", page: Backups, figure: ({ catalog }) => catalog.services.flatMap(({ volumes }) => volumes).length },
  secrets: { title: "Secrets", page: Secrets, figure: ({ catalog }) => new Set(catalog.services.flatMap(({ secrets }) => secrets.map(({ remote }) => remote))).size },
  versions: { title: "Versions", page: Versions, figure: ({ catalog }) => catalog.services.flatMap(({ versions }) => versions).length },
  rehearsal: { title: "Rehearsal", page: Rehearsal, figure: () => undefined },
};

export function App({ model }: { model: Model }): JSX.Element {
  const route = useRoute();
  const [isOpen, setOpen] = useState(false);
  const place = `${route.view}/${route.name ?? ""}`;
  useEffect(() => { setOpen(false); }, [place]);
  useEffect(() => { document.title = `${titleOf(route)} · ${model.catalog.domain}`; }, [place]);
  useArrival(place);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={toMain}>Skip to the content</a>
      <div class="rail">
        <div class="brand">
          <a class="mark" href={href("services")}>
            <svg viewBox="0 0 20 20" aria-hidden="true"><rect class="apps" x="1" y="2" width="18" height="4" rx="1.2" /><rect class="platform" x="1" y="8" width="18" height="4" rx="1.2" /><rect class="core" x="1" y="14" width="18" height="4" rx="1.2" /></svg>
            {model.catalog.domain}
          </a>
          <button type="button" class="menu" aria-expanded={isOpen} aria-controls="nav" onClick={() => { setOpen(!isOpen); }}>Menu</button>
        </div>
        <nav id="nav" aria-label="Views" class={isOpen ? "open" : ""}>
          <ul>
            {VIEWS.map((view) => (
              <li key={view}>
                <a href={href(view)} aria-current={view === route.view ? "page" : undefined}>
                  <span>{PAGES[view].title}</span> <span class="figure">{PAGES[view].figure(model)}</span>
                </a>
              </li>
            ))}
          </ul>
          <ThemeSwitch />
        </nav>
      </div>
      <main id="main" tabIndex={-1}>
        <Page model={model} route={route} />
      </main>
    </div>
  );
}

function Page({ model, route }: ViewProps): JSX.Element {
  const service = route.view === "services" && route.name !== undefined ? model.byName.get(route.name) : undefined;
  if (service !== undefined) return <ServicePage key={service.name} service={service} model={model} />;
  if (!isView(route.view) || (route.view === "services" && route.name !== undefined)) return <Nowhere model={model} route={route} />;
  const { page: View } = PAGES[route.view];
  return <View model={model} route={route} />;
}

function Nowhere({ model, route: { view, name } }: ViewProps): JSX.Element {
  const near = name === undefined ? nearest(view, VIEWS) : nearest(name, [...model.byName.keys()]);
  const off = model.catalog.off.find((one) => one.name === name);
  return (
    <>
      <Heading title="Not here">{off === undefined ? `There is no ${name === undefined ? `view "${view}"` : `service "${name}"`}.` : `${off.name} is declared, and switched off in this stack.`}</Heading>
      <p>{near === undefined || off !== undefined ? null : <>Did you mean <a href={name === undefined ? href(near) : href("services", near)}>{near}</a>? </>}<a href={href("services")}>All services</a></p>
    </>
  );
}

function titleOf({ view, name }: Route): string {
  return name ?? (isView(view) ? PAGES[view].title : "Not here");
}

function isView(word: string): word is View {
  return (VIEWS as readonly string[]).includes(word);
}

function toMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}

/** Who follows a link begins at the top of what is new, with the heading read out; who goes back finds the place that was left. A browser by itself looks for it before it is drawn. */
function useArrival(place: string): void {
  const [followed] = useState({ link: false });
  useEffect(() => {
    history.scrollRestoration = "manual";
    const clicked = ({ target }: MouseEvent): void => {
      followed.link = target instanceof Element && target.closest('a[href^="#/"]') !== null;
      if (followed.link) history.replaceState(scrollY, "");
    };
    addEventListener("click", clicked, { capture: true });
    return () => { removeEventListener("click", clicked, { capture: true }); };
  }, []);
  useLayoutEffect(() => {
    const left: unknown = history.state;
    scrollTo(0, followed.link || typeof left !== "number" ? 0 : left);
    if (followed.link) document.querySelector("h1")?.focus({ preventScroll: true });
    followed.link = false;
  }, [place]);
}
