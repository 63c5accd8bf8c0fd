import { openAuthority, type Authority, type Identity } from "../../certificates.ts";

/**
 * Who signs for whom. A control plane's configuration has the key of the Talos API's authority, a worker's has the certificate alone: it asks a control plane to sign for it, and does not
 * answer until one does.
 */
export class Trust {
  readonly #known = new Map<string, Authority>();
  readonly #waiting = new Map<string, ((authority: Authority) => void)[]>();

  /** The authority of this certificate, as soon as somebody has its key. */
  async authority({ certificate, key }: Identity): Promise<Authority> {
    const id = certificate.trim();
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (key === "") return new Promise((resolve) => this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]));
    const opened = openAuthority({ certificate, key });
    this.#known.set(id, opened);
    for (const resolve of this.#waiting.get(id) ?? []) resolve(opened);
    this.#waiting.delete(id);
    return opened;
  }
}
