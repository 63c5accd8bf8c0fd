/** Where in the page a person is, as the part of the address behind `#`: it works from a file as from a server, and every view can be linked to. */
import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["services", "topology", "machines", "ports", "backups", "secrets", "versions", "rehearsal"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  /** A view, or a word that is none. */
  view: string;
  /** Of the one service that is shown. */
  name?: string;
  query: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split("?");
  const [view = "", name = ""] = path.split("/").map(decoded);
  return { view: view === "" ? "services" : view, ...(name === "" ? {} : { name }), query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The address of a view; what is empty is left out, and the list of services is the page itself. */
export function href(view: string, name = "", query: Route["query"] = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
  const path = name === "" ? (view === "services" ? "" : view) : `${view}/${encodeURIComponent(name)}`;
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

export function serviceHref(name: string): string {
  return href("services", name);
}

/** Changes the address without leaving the view; `replace` where a person would not want to go back to every letter. */
export function goTo(address: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) {
    history.replaceState(history.state, "", address);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = address;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = (): void => { setRoute(parseRoute(location.hash)); };
    addEventListener("hashchange", changed);
    return () => { removeEventListener("hashchange", changed); };
  }, []);
  return route;
}

/** A name in an address that somebody mistyped is a name that nobody has, and no error. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
