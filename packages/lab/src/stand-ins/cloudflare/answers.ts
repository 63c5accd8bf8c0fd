import type { z } from "zod";
import { Refusal } from "../refusal.ts";
import type { Answer } from "../server.ts";

export function success(result: unknown, more: object = {}): Answer {
  return { body: { success: true, errors: [], messages: [], result, ...more } };
}

/** One page of a list. */
export function page(all: readonly unknown[], { page: number = "1", per_page: size = "100" }: Readonly<Record<string, string>>): Answer {
  const [current, length] = [Math.max(1, Number(number)), Math.max(1, Number(size))];
  const result = all.slice((current - 1) * length, current * length);
  return success(result, { result_info: { page: current, per_page: length, count: result.length, total_count: all.length, total_pages: Math.ceil(all.length / length) } });
}

export function refuse({ status, message, code = status === 429 ? 971 : 10_000 }: Refusal): Answer {
  return { status, ...(status === 429 ? { headers: { "retry-after": "1" } } : {}), body: { success: false, errors: [{ code, message }], messages: [], result: null } };
}

/** A body that was checked; `code` is the vendor's number of a body that is wrong. */
export function read<T>(schema: z.ZodType<T>, body: unknown, code: number): T {
  const { success: isRight, data, error } = schema.safeParse(body ?? {});
  if (isRight) return data;
  const [issue] = error.issues;
  throw new Refusal(400, issue === undefined ? "Invalid request body" : `${issue.path.length === 0 ? "" : `${issue.path.join(".")}: `}${issue.message}`, { code });
}
