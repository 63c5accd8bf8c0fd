import { Refusal } from "../refusal.ts";
import { AGENT, DRIVES, NETWORK_CARD, VM_CONFIG } from "./parameters.ts";
import { parsePropertyString, printPropertyString } from "./property-string.ts";
import { isOn, wordsFor } from "./validate.ts";
import { schemaOf, type Properties } from "./words.ts";
import type { Config } from "./world.ts";

/** Values of a property string that was checked before. */
function parsed(properties: Properties, text: string): Record<string, string> {
  const values = parsePropertyString(properties, text);
  if (typeof values === "string") throw new Refusal(500, `format error\n${values}\n`);
  return values;
}

/** Settings of a disk or a drive; undefined when the key is of none. */
export function driveSettings(key: string, text: string | number): Record<string, string> | undefined {
  const properties = wordsFor(DRIVES, key);
  return typeof properties === "object" ? parsed(properties, String(text)) : undefined;
}

/** As Proxmox VE keeps a drive: its volume first, then the rest sorted; what was only for making it is gone. */
export function printDrive(settings: Record<string, string>, bytes?: number): string {
  return printPropertyString({ ...settings, "import-from": undefined, format: undefined, ...(bytes === undefined ? {} : { size: printSize(bytes) }) }, "file");
}

/** What is set by the parameters of a call, as it is kept: booleans and whole numbers as numbers, tags sorted, a network card with an address. Drives are left as they were sent. */
export function configOf(args: Readonly<Record<string, string>>, newMac: () => string): Config {
  const config: Config = {};
  for (const [key, value] of Object.entries(args)) {
    const words = wordsFor(VM_CONFIG, key);
    // `force` is how to do it, and a template is no machine yet.
    if (words === undefined || key === "force" || (key === "template" && !isOn(value))) continue;
    config[key] = typeof words === "string" ? kept(key, schemaOf(words).type, value) : words === NETWORK_CARD ? printCard(parsed(words, value), newMac) : value;
  }
  return config;
}

function kept(key: string, type: string, value: string): string | number {
  if (key === "tags") return [...new Set(value.split(/[;,\s]+/).filter((tag) => tag !== ""))].sort().join(";");
  return type === "boolean" ? Number(isOn(value)) : type === "integer" ? Number(value) : value;
}

function printCard({ model = "", macaddr, ...rest }: Record<string, string>, newMac: () => string): string {
  return printPropertyString({ ...rest, "*": `${model}=${(macaddr ?? newMac()).toUpperCase()}` }, "*");
}

export function macsOf(config: Config): string[] {
  return cardsOf(config).flatMap(({ macaddr }) => macaddr ?? []);
}

export function bridgesOf(config: Config): string[] {
  return cardsOf(config).flatMap(({ bridge }) => bridge ?? []);
}

function cardsOf(config: Config): Record<string, string>[] {
  return Object.entries(config).flatMap(([key, value]) => (/^net\d+$/.test(key) ? [parsed(NETWORK_CARD, String(value))] : []));
}

export function hasAgent({ agent }: Config): boolean {
  return agent !== undefined && isOn(parsed(AGENT, String(agent)).enabled);
}

export const coresOf = ({ cores = 1, sockets = 1 }: Config): number => Number(cores) * Number(sockets);
export const memoryOf = ({ memory = "512" }: Config): number => Number(String(memory).replace("current=", "")) * 2 ** 20;

const UNITS = ["", "K", "M", "G", "T"];

/** In the largest unit in which it is whole. */
function printSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (unit < UNITS.length - 1 && size >= 1024 && size % 1024 === 0) [size, unit] = [size / 1024, unit + 1];
  return `${size}${UNITS[unit] ?? ""}`;
}

export function parseSize(text: string): number {
  const [, number = "", unit = ""] = /^\+?([\d.]+)([KMGT]?)$/.exec(text) ?? [];
  return Math.round(Number(number) * 1024 ** UNITS.indexOf(unit));
}
