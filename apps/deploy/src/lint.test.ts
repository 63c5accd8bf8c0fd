import { describe, expect, it } from "vitest";
import { EXEMPT, judge } from "./lint.ts";

const FILE = "kubernetes/apps/app/deployment.yaml";
const LINES = ["kind: Deployment", "  secretKey: OAUTH_CLIENT_SECRET", "  existingSecret: app-secrets", "  secretKey: bm90IGEgbmFtZQ==", "  password: OAUTH_CLIENT_SECRET"];
const SOURCES = new Map([[FILE, LINES.join("\n")]]);
const check = (id: string, line = 1): object => ({ check_id: id, check_name: `about ${id}`, file_path: `/${FILE}`, file_line_range: [line, line + 9], resource: "Deployment.apps.app" });
const report = ({ failed = [], skipped = [] }: { failed?: object[]; skipped?: object[] } = {}): object => ({
  check_type: "kubernetes",
  summary: { checkov_version: "3.0.0" },
  results: { passed_checks: [check("CKV_FINE")], failed_checks: failed, skipped_checks: skipped },
});
const problems = (output: unknown, exempt: Parameters<typeof judge>[2] = {}, sources = SOURCES): readonly string[] => judge(output, sources, exempt).problems;

describe("what the linter found", () => {
  it("is refused by file, line, object and check unless somebody exempted it", () => {
    expect(problems(report({ failed: [check("CKV_A")], skipped: [check("CKV_B")] }))).toEqual(["kubernetes/apps/app/deployment.yaml:1 Deployment.apps.app: CKV_A about CKV_A"]);
  });

  it("is counted by check: found, exempt in a declaration, exempt for all, left", () => {
    const { tool, made, tallies } = judge([report({ failed: [check("CKV_A"), check("CKV_B"), check("CKV_B")], skipped: [check("CKV_B")] })], SOURCES, { CKV_B: { reason: "none here needs it" } });
    expect([tool, made]).toEqual(["checkov 3.0.0", 5]);
    expect(tallies).toEqual([
      { check: "CKV_B", name: "about CKV_B", found: 3, declared: 1, shared: 2, left: 0 },
      { check: "CKV_A", name: "about CKV_A", found: 1, declared: 0, shared: 0, left: 1 },
    ]);
  });

  it("is no pass where nothing was looked at, or a file with pods was left out", () => {
    const nothing = "Nothing was checked: the tree is empty, or not what Checkov takes for Kubernetes objects.";
    const left = (path: string): string => `${path} makes pods, and Checkov left it out: it is no YAML that it can read.`;
    expect(problems({ passed: 0, failed: 0, checkov_version: "3.0.0" })).toEqual([nothing, left(FILE)]);
    expect(problems([], {}, new Map())).toEqual([nothing]);
    expect(problems(report(), {}, new Map([...SOURCES, ["kubernetes/job.yaml", "apiVersion: batch/v1\nkind: Job\n"], ["kubernetes/crd.yaml", "kind: Cluster\nspec:\n  kind: Job\n"]]))).toEqual([left("kubernetes/job.yaml")]);
  });

  it("tells of an exemption that exempts nothing", () => {
    expect(problems(report(), { CKV_A: { reason: "nobody knows" } })).toEqual(["CKV_A is exempt for the whole homelab, and finds nothing: take it out of EXEMPT (apps/deploy/src/lint.ts)."]);
  });

  it.each([[2, true], [3, true], [4, false], [5, false]])("takes names for names, and nothing else for one (line %i: %s)", (line, isName) => {
    const { CKV_SECRET_6 } = EXEMPT;
    if (CKV_SECRET_6 === undefined) throw new Error("it is not exempt");
    const left = problems([report(), report({ failed: [check("CKV_SECRET_6", 2), check("CKV_SECRET_6", line)] })], { CKV_SECRET_6 });
    expect(left).toEqual(isName ? [] : [`kubernetes/apps/app/deployment.yaml:${line} CKV_SECRET_6 about CKV_SECRET_6`]);
  });

  it("takes an output that is not Checkov's for a fault", () => {
    expect(() => judge([{ results: {} }], SOURCES)).toThrow("check_type");
  });
});
