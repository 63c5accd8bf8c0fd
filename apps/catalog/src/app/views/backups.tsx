import type { JSX } from "preact";
import { total, type Model } from "../model.ts";
import { Empty, Heading, Section, ServiceLink, Table, Tag } from "../parts.tsx";

export function Backups({ model }: { model: Model }): JSX.Element {
  const { services, backups } = model.catalog;
  const volumes = services.flatMap((service) => service.volumes.map((volume) => ({ service, ...volume })));
  const kept = volumes.flatMap(({ backup, ...one }) => (typeof backup === "string" ? [{ ...one, backup }] : []));
  const left = volumes.flatMap(({ backup, ...one }) => (typeof backup === "string" ? [] : [{ ...one, reason: backup.none }]));
  const link = (name: string): JSX.Element => <ServiceLink name={name} model={model} />;
  const how = (kind: string): string => (kind === "database" ? "base backups and write-ahead log" : backups.target === undefined ? "snapshots" : "volume backup");
  return (
    <>
      <Heading title="Backups">
        {kept.length} of {volumes.length} volumes are backed up, {total(kept.map(({ size }) => size))} of {total(volumes.map(({ size }) => size))}. Every other one has its reason in writing.
      </Heading>
      <dl class="cards">
        <div><dt>Volumes go to</dt><dd class="mono path">{backups.target ?? "nowhere: snapshots only, on the same disks"}</dd></div>
        <div><dt>Databases go to</dt><dd class="mono path">{backups.databases}</dd></div>
        {backups.schedules.map((one) => <div key={one.name}><dt>{one.name}</dt><dd>Volumes {one.volumes}.<br /><span class="muted">Databases: {one.databases}.</span></dd></div>)}
      </dl>
      <Section title="Backed up">
        {kept.length === 0 ? <Empty>Nothing is.</Empty> : <Table caption="Volumes that are backed up" head={["Service", "Volume", "Size", "Class", "How"]} rows={kept.map(({ service, name, size, backup }) => [link(service.name), <span class="mono" key="n">{name}</span>, size, <Tag key="b" kind="good">{backup}</Tag>, how(service.kind)])} />}
      </Section>
      <Section title="Not backed up" note={backups.media === undefined ? undefined : <>The media library (<span class="mono">{backups.media}</span>) is its server’s to back up: nothing here does.</>}>
        {left.length === 0 ? <Empty>Everything is.</Empty> : <Table caption="Volumes that are not backed up" head={["Service", "Volume", "Size", "Why"]} rows={left.map(({ service, name, size, reason }) => [link(service.name), <span class="mono" key="n">{name}</span>, size, reason])} />}
      </Section>
    </>
  );
}
