import { BACKUP_CLASSES, POSTGRES_BACKUPS, type ServiceFacts, type ServiceVolume } from "@rzp/workload/manifests";
import { BACKUP_SCHEDULES } from "../backups.ts";
import type { Homelab } from "../homelab.ts";
import { OBJECT_STORE, OBJECTS } from "../object-store.ts";
import { blocks, code, link, REFERENCE, section, table, words, type Page } from "./markdown.ts";

/** What is backed up, how often and where to; and what is not, and why. */
export function backupInventory({ context: { services, site } }: Homelab): Page {
  const volumes = services.flatMap((service) => service.volumes.map((volume) => ({ service, volume })));
  const target = site.storage.backupTarget;
  const text = blocks(
    "# Backups",
    target === undefined ? "**Without a backup target volumes have only snapshots, on the same disks.**" : `Volumes go to ${code(target)}, databases to ${code(`s3://${OBJECT_STORE.bucket}`)} at ${code(OBJECT_STORE.endpoint)}.`,
    services.some(({ name }) => name === "velero") ? `By the schedules of volumes Velero backs up the cluster's objects to ${code(`s3://${OBJECTS.bucket}`)} there, without the files of any volume.` : "",
    section("Schedules", table(["class", "volumes", "databases"], BACKUP_CLASSES.map((name) => [name, volumeSchedule(name), databaseSchedule(name, code)]))),
    section("Backed up", table(["service", "volume", "size", "class", "how"], volumes.flatMap(({ service, volume }) => backedUp(service, volume, target)))),
    section("Not backed up", table(["service", "volume", "size", "why"], volumes.flatMap(({ service, volume }) => reason(service, volume))), notOurs(site.media)),
  );
  return { path: `${REFERENCE}/backup-inventory/index.md`, text, source: "apps/deploy/src/views/backups.ts" };
}

export function volumeSchedule(name: (typeof BACKUP_CLASSES)[number]): string {
  const { when, retain } = BACKUP_SCHEDULES[name];
  return `${when}, the last ${retain} are kept`;
}

/** In words; `cron` writes what only machines read. */
export function databaseSchedule(name: (typeof BACKUP_CLASSES)[number], cron: (text: string) => string): string {
  const { schedule, retention } = POSTGRES_BACKUPS[name];
  return `base backup at ${cron(schedule)} UTC (seconds first) and the write-ahead log all the time, kept for ${retention}`;
}

/** An operator's database is backed up by its operator; anything else is a volume, and Longhorn's. */
function how({ managedBy }: ServiceFacts, target: string | undefined): string {
  if (managedBy !== undefined) return "base backups and write-ahead log";
  return target === undefined ? "snapshots" : "volume backup";
}

function backedUp(service: ServiceFacts, { name, size, backup }: ServiceVolume, target: string | undefined): string[][] {
  return typeof backup === "string" ? [[page(service), name, size, backup, how(service, target)]] : [];
}

function reason(service: ServiceFacts, { name, size, backup }: ServiceVolume): string[][] {
  return typeof backup === "string" ? [] : [[page(service), name, size, words(backup.none)]];
}

function notOurs(media: { server: string; path: string } | undefined): string {
  return media === undefined ? "" : `The media library (${code(`${media.server}:${media.path}`)}) is its server's to back up: nothing here does.`;
}

function page({ name }: ServiceFacts): string {
  return link(name, `../service-catalog/${name}.md`);
}
