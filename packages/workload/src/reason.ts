/** Shortest text that can be a reason. */
const REASON_MIN = 10;

export function isReason(text: string): boolean {
  return text.trim().length >= REASON_MIN;
}
