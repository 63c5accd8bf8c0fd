/** One block of a README that a reader would copy. */
export interface Example {
  /** `proxmox`, or `lab-2` for a second one: the name of its file. */
  id: string;
  package: string;
  source: string;
  /** Without it, the block is only type-checked: it needs something that a machine may lack, such as programs. */
  runs: boolean;
}

/**
 * The TypeScript blocks of a package's README: three backticks and `ts`, or `ts no-run` for one that is type-checked only. A fragment that leans on names which it does not
 * declare fails the type check, so each block stands for itself.
 */
export function examplesOf(packageName: string, readme: string): Example[] {
  const short = packageName.slice(packageName.indexOf("/") + 1);
  return [...readme.matchAll(/^```ts( no-run)?\n(.*?)^```$/gms)].map(([, noRun, source = ""], index) => ({
    id: index === 0 ? short : `${short}-${index + 1}`,
    package: packageName,
    source,
    runs: noRun === undefined,
  }));
}

/**
 * The same block as a CommonJS module: nothing to change, unless it waits at the top level, which CommonJS cannot. Then everything below the imports goes into an exported
 * function, as somebody who writes CommonJS would put it.
 */
export function asCommonJs(source: string): string {
  if (!/^(?!\s|\/\/).*\bawait\b/m.test(source)) return source;
  const lines = source.split("\n");
  const end = lines.findLastIndex((line) => /^(import\b.*|\} from ".*");$/.test(line)) + 1;
  const body = lines.slice(end).map((line) => line.replace(/^export (?:default )?/, ""));
  return [...lines.slice(0, end), "", "export async function example(): Promise<void> {", ...body, "}", ""].join("\n");
}
