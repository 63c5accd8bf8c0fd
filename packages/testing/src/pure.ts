import { spawnSync } from "node:child_process";

/** Names of the modules below `forbidden` that Node loads when it imports the entry (an absolute path): empty for an entry that keeps its promise. */
export function loadedModules(entry: string, forbidden: string): string[] {
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ load(url, context, next) { if (url.includes(${JSON.stringify(forbidden)})) seen.push(url); return next(url, context); } });
    await import(${JSON.stringify(entry)});
    console.log(JSON.stringify(seen));`;
  const child = spawnSync(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`node could not import ${entry}: ${child.stderr}`);
  return JSON.parse(child.stdout) as string[];
}
