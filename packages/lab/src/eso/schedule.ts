/** A failure is tried again after so long, each further one after twice as long, up to the limit: so the operator's library does it. */
const FIRST_MS = 5;
const LONGEST_MS = 1_000_000;

interface Entry {
  version: string;
  next: number;
  failures: number;
}

/** When each object is due again. */
export class Schedule {
  readonly #entries = new Map<string, Entry>();

  /** A new object is due, one that somebody changed is too. */
  isDue(uid: string, version: string): boolean {
    const entry = this.#entries.get(uid);
    return entry?.version !== version || Date.now() >= entry.next;
  }

  /** @param after milliseconds until it is due again */
  done(uid: string, version: string, after: number): void {
    this.#entries.set(uid, { version, next: Date.now() + after, failures: 0 });
  }

  failed(uid: string, version: string): void {
    const failures = (this.#entries.get(uid)?.failures ?? 0) + 1;
    this.#entries.set(uid, { version, next: Date.now() + Math.min(FIRST_MS * 2 ** failures, LONGEST_MS), failures });
  }

  /** Forgets what is no longer there. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#entries.keys()) if (!uids.has(uid)) this.#entries.delete(uid);
  }
}
