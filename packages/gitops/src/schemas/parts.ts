/** Words that the schemas beside this file are written in. */
export const TEXT = { type: "string" } as const;
export const TEXTS = { type: "array", items: TEXT } as const;
/** Text by key, such as labels. */
export const TEXT_MAP = { type: "object", additionalProperties: TEXT } as const;
