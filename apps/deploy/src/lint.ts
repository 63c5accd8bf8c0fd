/** What a linter of Kubernetes objects found in the tree, and what of it is exempt. Pure: it reads Checkov's report and runs nothing. */
import { z } from "zod";

/**
 * Checks that the whole homelab is exempt from, each with its reason; where only some lines are, `line` says which. What a single service needs beyond the
 * safe default is not for here: its reason stands in the declaration's `relax`, and is rendered as an annotation that exempts it.
 */
export const EXEMPT: Readonly<Record<string, Exemption>> = {
  CKV_K8S_11: { reason: "memory is limited and CPU is not: a limit throttles a pod while the machine is idle, and on a busy one the requests share it" },
  CKV_K8S_35: { reason: "who may look into a pod's environment may read its files as well, and most apps read no file in place of a variable; those that do have secretFiles" },
  CKV_K8S_40: { reason: "a low number is dangerous where the host has users; Talos has none, and 1000 owns what the images and the media library hold" },
  CKV_SECRET_6: {
    reason: "a name of a Secret, or of a key in one, looks like a password behind the word secret",
    line: /^\s*(secretKey|existingSecret|existingSecretKey|envVarsSecret): ([A-Z][A-Z0-9_]*|[a-z][a-z0-9-]*)$/,
  },
};

interface Exemption {
  reason: string;
  line?: RegExp;
}

const CHECK = z.object({ check_id: z.string(), check_name: z.string(), file_path: z.string(), file_line_range: z.tuple([z.number(), z.number()]), resource: z.string() });
const REPORT = z.object({
  check_type: z.string(),
  summary: z.object({ checkov_version: z.string() }),
  results: z.object({ passed_checks: z.array(CHECK), failed_checks: z.array(CHECK), skipped_checks: z.array(CHECK) }),
});
// One report comes without its list, and a kind of check that found nothing to look at as bare numbers.
const OUTPUT = z.preprocess((value) => (Array.isArray(value) ? value : [value]).filter((one: unknown) => typeof one === "object" && one !== null && "results" in one), z.array(REPORT));
type Check = z.infer<typeof CHECK>;
type Report = z.infer<typeof REPORT>;

/** What came of one check: how often it found something, how often that is exempt in a declaration or for the whole homelab, and what is left. */
export interface Tally {
  check: string;
  name: string;
  found: number;
  declared: number;
  shared: number;
  left: number;
}

export interface Verdict {
  tool: string;
  /** How often a check was made, whatever it said. */
  made: number;
  tallies: readonly Tally[];
  /** One sentence each: findings that nobody exempted, files that could not be read, exemptions of nothing. */
  problems: readonly string[];
}

/** Objects that make pods, told by the line of their kind. */
const MAKES_PODS = /^kind: (CronJob|DaemonSet|Deployment|Job|Pod|ReplicaSet|StatefulSet)$/m;

/**
 * Reads Checkov's output.
 *
 * @param sources Text of every file it was given, by path. It leaves out what it cannot read without a word, so here each file with pods must show up.
 */
export function judge(output: unknown, sources: ReadonlyMap<string, string>, exempt: Readonly<Record<string, Exemption>> = EXEMPT): Verdict {
  const reports = OUTPUT.parse(output);
  const all = (which: keyof Report["results"]): Check[] => reports.flatMap(({ results }) => results[which]);
  const [passed, failed, declared] = [all("passed_checks"), all("failed_checks"), all("skipped_checks")];
  const isShared = (one: Check): boolean => {
    const exemption = exempt[one.check_id];
    return exemption !== undefined && (exemption.line?.test(sources.get(pathOf(one))?.split("\n")[lineOf(one) - 1] ?? "") ?? true);
  };
  const left = failed.filter((one) => !isShared(one));
  const made = [...passed, ...failed, ...declared];
  const seen = new Set(made.map(pathOf));
  const unseen = [...sources].filter(([path, text]) => MAKES_PODS.test(text) && !seen.has(path)).map(([path]) => path);
  const needless = Object.keys(exempt).filter((id) => !failed.some((one) => one.check_id === id && isShared(one)));
  return {
    tool: `checkov ${reports[0]?.summary.checkov_version ?? ""}`.trim(),
    made: made.length,
    tallies: tally({ failed, declared, left }),
    problems: [
      ...(made.length === 0 ? ["Nothing was checked: the tree is empty, or not what Checkov takes for Kubernetes objects."] : []),
      ...unseen.map((path) => `${path} makes pods, and Checkov left it out: it is no YAML that it can read.`),
      ...left.map(sentence),
      ...needless.map((id) => `${id} is exempt for the whole homelab, and finds nothing: take it out of EXEMPT (apps/deploy/src/lint.ts).`),
    ],
  };
}

function pathOf({ file_path }: Check): string {
  return file_path.replace(/^\//, "");
}

function lineOf({ file_line_range: [first] }: Check): number {
  return first;
}

function sentence(one: Check): string {
  const { check_id, check_name, resource } = one;
  // What the search for secrets calls a resource is a hash of the secret.
  const object = check_id.startsWith("CKV_SECRET_") ? "" : ` ${resource}:`;
  return `${pathOf(one)}:${lineOf(one)}${object} ${check_id} ${check_name}`;
}

function tally({ failed, declared, left }: Record<"failed" | "declared" | "left", readonly Check[]>): Tally[] {
  const all = Map.groupBy([...failed, ...declared], ({ check_id }) => check_id);
  const count = (checks: readonly Check[], id: string): number => checks.filter(({ check_id }) => check_id === id).length;
  return [...all]
    .map(([check, found]) => {
      const own = { declared: count(declared, check), left: count(left, check) };
      return { check, name: found[0]?.check_name ?? "", found: found.length, shared: found.length - own.declared - own.left, ...own };
    })
    .sort((a, b) => b.found - a.found || (a.check < b.check ? -1 : 1));
}
