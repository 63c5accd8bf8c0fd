import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { execa } from "execa";
import { APP } from "../config.ts";
import { judge, type Tally, type Verdict } from "../lint.ts";
import { BOOTSTRAP } from "../render.ts";
import { TREE } from "../site.ts";

/** Root of the repository. */
const ROOT = join(APP, "../..");
/** Checkov and all it needs, each by version and digest. */
const LOCK = join(ROOT, "tools/checkov/requirements.txt");
/** Where it is kept, a folder for each lock and Python. */
export const CHECKOV = join(ROOT, ".rzp/checkov");
/** Oldest Python (3.x) that the lock has packages for. */
const PYTHON_MIN = 11;

/** Runs every built-in check of Checkov over the tree below `base`, and exits 1 where something is left that nobody exempted. */
export async function kubeLint({ json = false, base = ROOT }: { json?: boolean; base?: string }): Promise<number> {
  const minor = await pythonMinor();
  if (minor === undefined || minor < PYTHON_MIN) {
    const found = minor === undefined ? "there is none with pip on PATH" : `python3 here is 3.${minor}`;
    console.error(`skipped: nothing was checked, because Checkov needs Python 3.${PYTHON_MIN} or newer, and ${found}`);
    return 2;
  }
  const checkov = await installed(minor);
  if (checkov === undefined) {
    console.error(`${styleText("red", "error:", { stream: process.stderr })} pip could not install what ${LOCK} lists; see above`);
    return 1;
  }
  const files = globSync([`${TREE}/**/*.yaml`, `${BOOTSTRAP}/**/*.yaml`], { cwd: base }).sort();
  const sources = new Map(files.map((path) => [path, readFileSync(join(base, path), "utf8")]));
  const verdict = judge(files.length === 0 ? [] : await findings(checkov, files, base), sources);
  console.log(json ? JSON.stringify(verdict, undefined, 2) : formatted(verdict, files.length));
  return verdict.problems.length === 0 ? 0 : 1;
}

async function pythonMinor(): Promise<number | undefined> {
  const { exitCode } = await execa("python3", ["-m", "pip", "--version"], { reject: false });
  const { stdout } = await execa("python3", ["-c", "import sys; print(sys.version_info.minor)"], { reject: false });
  return exitCode === 0 ? Number(stdout) : undefined;
}

/** Folder with the locked packages, got once; nothing of them is built here. Moved into place whole, so that a killed run leaves no half of it. */
async function installed(minor: number): Promise<string | undefined> {
  const folder = join(CHECKOV, `${createHash("sha256").update(readFileSync(LOCK)).digest("hex").slice(0, 12)}-3.${minor}`);
  if (existsSync(folder)) return folder;
  console.error("kube-lint: getting Checkov into .rzp/ (once)");
  mkdirSync(CHECKOV, { recursive: true });
  const making = mkdtempSync(`${folder}.`);
  const words = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--require-hashes", "--only-binary=:all:", "--no-deps"];
  const { exitCode } = await execa("python3", ["-m", "pip", "install", ...words, "--target", making, "--requirement", LOCK], { stdio: ["ignore", 2, 2], reject: false });
  if (exitCode === 0 && !existsSync(folder)) renameSync(making, folder);
  else rmSync(making, { recursive: true });
  return exitCode === 0 ? folder : undefined;
}

/** What Checkov says of the files. It is told of no account and no settings but these, and asks nobody for news. */
async function findings(checkov: string, files: readonly string[], base: string): Promise<unknown> {
  const env = { PATH: process.env.PATH, HOME: checkov, PYTHONPATH: checkov, PYTHONUTF8: "1", LOG_LEVEL: "ERROR", CKV_SKIP_PACKAGE_UPDATE_CHECK: "true" };
  const words = ["--framework", "kubernetes", "secrets", "--skip-download", "--compact", "--soft-fail", "--output", "json"];
  const { stdout } = await execa("python3", ["-sP", "-m", "checkov.main", ...words, "--file", ...files], { cwd: base, env, extendEnv: false });
  return JSON.parse(stdout);
}

function formatted({ tool, made, tallies, problems }: Verdict, files: number): string {
  const rows = tallies.map(({ check, name, ...numbers }) => [...COLUMNS.map(({ of }) => String(numbers[of]).padStart(WIDTH)), ` ${check.padEnd(WIDTH)} ${name}`].join(""));
  const sum = ({ of }: (typeof COLUMNS)[number]): number => tallies.reduce((all, one) => all + one[of], 0);
  return [
    `${tool}: ${made} checks of ${files} files`,
    "",
    COLUMNS.map(({ title }) => title.padStart(WIDTH)).join(""),
    ...rows,
    ...(problems.length === 0 ? [] : ["", ...problems, "", "Mend it, or say in the declaration's relax why it must be: the reason is the exemption."]),
    "",
    COLUMNS.map((column) => `${sum(column)} ${column.words}`).join(", "),
  ].join("\n");
}

const WIDTH = 13;
const COLUMNS = [
  { of: "found", title: "found", words: "found" },
  { of: "declared", title: "declared", words: "exempt in declarations" },
  { of: "shared", title: "shared", words: "exempt for the whole homelab" },
  { of: "left", title: "left", words: "left" },
] as const satisfies readonly { of: keyof Tally; title: string; words: string }[];
