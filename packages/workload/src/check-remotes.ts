import { didYouMean } from "@rzp/core";
import { pathOf, type At } from "./check-registry.ts";
import type { ServiceFacts } from "./service.ts";

/** Each key of the secret store lies in the folder of the service it belongs to, who may be another than the reader and then reads it too: so every key has one owner. */
export function remoteProblems(facts: readonly ServiceFacts[], at: At, switchedOff: readonly string[]): string[] {
  const folders = new Map(facts.map((one) => [`/${pathOf(one)}`, one]));
  return facts.flatMap((one) =>
    one.secrets.flatMap(({ key, remote }) => {
      const above = foldersOf(remote);
      const owner = folders.get(above.find((folder) => folders.has(folder)) ?? "");
      if (owner !== undefined) return owner === one || declares(owner, remote) ? [] : [`${at(one)} reads ${key} from ${remote}, which ${at(owner)} does not declare. ${didYouMean(remote, remotesOf(owner))}`];
      if (above.some((folder) => switchedOff.includes(nameOf(folder)))) return [];
      return [`${at(one)} reads ${key} from ${remote}, which lies in no service's folder. ${didYouMean(above[0] ?? "/", [...folders.keys()])}`];
    }),
  );
}

function declares(owner: ServiceFacts, remote: string): boolean {
  return remotesOf(owner).includes(remote);
}

function remotesOf({ secrets }: ServiceFacts): string[] {
  return secrets.map(({ remote }) => remote);
}

/** Folders that a key lies in, the innermost first. */
function foldersOf(remote: string): string[] {
  const parts = remote.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`);
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("/") + 1);
}
