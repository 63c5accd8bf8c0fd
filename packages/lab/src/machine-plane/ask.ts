import { fetch, type RequestInit, type Response } from "undici";
import { LabError } from "../errors.ts";

/** Asks a vendor. Where nothing comes back, `fetch` says only that it failed: the reason is behind that. */
export async function ask(url: string, called: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { message?: string } };
    throw new LabError(`${called}: no answer (${cause?.message ?? message})`);
  }
}
