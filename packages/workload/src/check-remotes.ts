import { didYouMean } from "@rzp/core";
import { pathOf, type At } from "./check-registry.ts";
import type { ServiceFacts } from "./service.ts";

/** Each key of the secret store lies in the folder of the service it belongs to, who may be another than the reader: so every key has one owner. */
export function remoteProblems(facts: readonly ServiceFacts[], at: At, switchedOff: readonly string[]): string[] {
  const folders = new Set(facts.map((one) => `/${pathOf(one)}`));
  return facts.flatMap((one) =>
    one.secrets.flatMap(({ key, remote }) => {
      const above = foldersOf(remote);
      if (above.some((folder) => folders.has(folder) || switchedOff.includes(nameOf(folder)))) return [];
      return [`${at(one)} reads ${key} from ${remote}, which lies in no service's folder. ${didYouMean(above[0] ?? "/", [...folders])}`];
    }),
  );
}

/** Folders that a key lies in, the innermost first. */
function foldersOf(remote: string): string[] {
  const parts = remote.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`);
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("/") + 1);
}
