import { draw } from "./draw.ts";

declare global {
  /** Where the page finds the drawing once its script is there: a script out of a file cannot import. Only `var` makes a name of globalThis. */
  var drawTopology: typeof draw | undefined;
}

globalThis.drawTopology = draw;
