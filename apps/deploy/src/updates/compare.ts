import { CONFIG, type Found } from "./managers.ts";
import type { Pin } from "./pins.ts";

/** What is not right between what is pinned and what is found: each version has one that follows it, and nothing else is followed. */
export function problems(pins: readonly Pin[], found: readonly Found[]): string[] {
  const left = [...found];
  // Those with a name choose first, or one without could take what is theirs.
  const inOrder = [...pins.filter(({ name }) => name !== undefined), ...pins.filter(({ name }) => name === undefined)];
  const missed = inOrder.flatMap((pin) => {
    const index = left.findIndex((one) => isOf(pin, one));
    const [one] = index === -1 ? [] : left.splice(index, 1);
    if (one === undefined) return [`${said(pin)} is pinned, and nothing in ${CONFIG} follows it. Write it as others of its kind are written, or add a manager.`];
    if (pin.from !== undefined && one.from !== undefined && plain(pin.from) !== plain(one.from)) return [`${said(pin)} is declared at ${pin.from}, and ${CONFIG} looks for it at ${one.from}.`];
    return [];
  });
  return [...missed, ...left.map((one) => (pins.some((pin) => isOf(pin, one)) ? `${said(one)} is found twice. One manager is enough.` : `${said(one)} is found, and is no version that anybody pins. Make its manager narrower.`))];
}

function isOf({ file, name, version, manager }: Pin, one: Found): boolean {
  return file === one.file && version === one.version && manager === one.manager && (name === undefined || name === one.name);
}

/** A digest says nothing to a reader. */
function said({ file, name, version }: Pin): string {
  return `${file}: ${[name, version.replace(/@sha256:.*/, "")].filter((word) => word !== undefined && word !== "").join(" ")}`;
}

function plain(url: string): string {
  return url.replace(/\/$/, "");
}
