export { mediaApp, toWorkload, type MediaAppArgs } from "./media-app.ts";
