/** Small pieces that every view is made of. */
import type { CatalogService } from "@rzp/deploy/catalog";
import type { ComponentChildren, JSX } from "preact";
import { age, backupOf, daysBetween, type Model } from "./model.ts";
import { serviceHref } from "./route.ts";

/** Heading of a view, which takes the focus when somebody comes to it. */
export function Heading({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <header class="heading">
      <h1 tabIndex={-1}>{title}</h1>
      {children === undefined ? null : <p class="lead">{children}</p>}
    </header>
  );
}

export function Section({ title, children, note }: { title: string; children: ComponentChildren; note?: ComponentChildren }): JSX.Element {
  return (
    <section class="section">
      <h2>{title}</h2>
      {note === undefined ? null : <p class="note">{note}</p>}
      {children}
    </section>
  );
}

/** Link to a service's page with the colour of its layer; a name that nobody has stays a word. */
export function ServiceLink({ name, model }: { name: string; model: Model }): JSX.Element {
  const service = model.byName.get(name);
  if (service === undefined) return <span class="mono">{name}</span>;
  return (
    <a class={`service ${service.layer}`} href={serviceHref(name)}>
      {name}
    </a>
  );
}

/**
 * A table whose first column names its row. On a phone every row becomes a card, and every cell says what it is. The roles are those that its elements have anyway: some
 * browsers forget them where a table is laid out as something else.
 */
export function Table({ caption, head, rows }: { caption: string; head: readonly string[]; rows: readonly (readonly ComponentChildren[])[] }): JSX.Element {
  return (
    <table class="table" role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">{head.map((text) => <th scope="col" role="columnheader" key={text}>{text}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((cells, row) => (
          <tr role="row" key={row}>
            {cells.map((cell, column) => (column === 0 ? <th scope="row" role="rowheader" key={column}>{cell}</th> : <td role="cell" key={column} data-head={head[column]}>{cell}</td>))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Tag({ kind = "", children }: { kind?: string; children: ComponentChildren }): JSX.Element {
  return <span class={`tag ${kind}`}>{children}</span>;
}

/** What is not as it is elsewhere. What is quiet is as it should be. */
export function Marks({ service }: { service: CatalogService }): JSX.Element {
  const { address, podSecurity, risks } = service;
  const backup = backupOf(service);
  return (
    <>
      {address?.exposure === "public" ? <Tag kind="open">public</Tag> : null}
      {address?.password === true ? <Tag>password</Tag> : null}
      {podSecurity === "privileged" ? <Tag kind="warn">privileged</Tag> : null}
      {podSecurity === "baseline" ? <Tag>baseline</Tag> : null}
      {backup === "none" || backup === "in part" ? <Tag kind="warn">{backup === "none" ? "no backup" : "backup in part"}</Tag> : null}
      {risks.length === 0 ? null : <Tag kind="warn">{risks.length === 1 ? "1 risk" : `${risks.length} risks`}</Tag>}
    </>
  );
}

/** How long a version has been pinned; the clock is the reader's. */
export function Since({ day }: { day: string | undefined }): JSX.Element {
  if (day === undefined) return <span class="muted">not known</span>;
  return <time dateTime={day} title={day}>{age(daysBetween(day, new Date().toISOString().slice(0, 10)))}</time>;
}

export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}
