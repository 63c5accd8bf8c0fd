import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { declareBoth, declareState, gitTree, inFolder, ROOTS, snapshot, watched } from "./fixtures.ts";
import type { GitTree, GitTreeError } from "./index.ts";

const trees = inFolder((base) => {
  const of = (state: "old" | "new"): Record<string, string> => {
    declareState(gitTree(base), state).write();
    return snapshot(base);
  };
  return { nothing: {}, old: of("old"), new: of("new") };
});

/** Number of file operations that turn the one tree into the other. */
function operations(from: "nothing" | "old"): number {
  return inFolder((base) => {
    if (from === "old") declareState(gitTree(base), "old").write();
    let count = 0;
    declareState(gitTree(base, {}, watched(() => count++)), "new").write();
    return count;
  });
}

/** The children's modules, compiled once for all of them. */
const compiled = inFolderKept();
afterAll(() => {
  rmSync(compiled, { recursive: true });
});

const failure = (code: string): Error => Object.assign(new Error(code), { code, syscall: "write", path: "/x" });

/** What is there after the next run has had a look, without making anything of its own. */
function settled(base: string): Record<string, string> {
  gitTree(base).check();
  return snapshot(base);
}

describe.each(["nothing", "old"] as const)("all or nothing, from %s to new", (from) => {
  const steps = Array.from({ length: operations(from) }, (_, step) => step);
  const before = trees[from];

  it("takes enough steps to be worth failing", () => {
    expect(steps.length).toBeGreaterThan(30);
  });

  it.each(["ENOSPC", "EACCES"])("one %s at any step leaves the old tree, or has no effect", (code) => {
    for (const step of steps) {
      inFolder((base) => {
        if (from === "old") declareState(gitTree(base), "old").write();
        let count = 0;
        let error: GitTreeError | undefined;
        try {
          declareState(gitTree(base, {}, watched(() => { if (count++ === step) throw failure(code); })), "new").write();
        } catch (caught) {
          error = caught as GitTreeError;
        }
        expect([step, snapshot(base)]).toEqual([step, error === undefined ? trees.new : before]);
        expect(error?.message ?? "no effect").toMatch(new RegExp(`writing the tree failed with ${code}|^no effect$`));
        declareState(gitTree(base), "new").write();
        expect([step, snapshot(base)]).toEqual([step, trees.new]);
      });
    }
  }); // prettier-ignore

  it("a disk that stays broken from any step on is mended by the next run", () => {
    for (const step of steps) {
      inFolder((base) => {
        if (from === "old") declareState(gitTree(base), "old").write();
        let count = 0;
        let message = "failed with EIO";
        try {
          declareState(gitTree(base, {}, watched(() => { if (count++ >= step) throw failure("EIO"); })), "new").write();
        } catch (error) {
          message = (error as Error).message;
        }
        expect(message).toContain("failed with EIO");
        // The lock is this living process's own, as it could not be let go of; a process that really fails like this has died.
        releaseOwnLock(base);
        const after = settled(base);
        expect([step, JSON.stringify(after) === JSON.stringify(before) || JSON.stringify(after) === JSON.stringify(trees.new)]).toEqual([step, true]);
        declareState(gitTree(base), "new").write();
        expect([step, snapshot(base)]).toEqual([step, trees.new]);
      });
    }
  }); // prettier-ignore
});

function releaseOwnLock(base: string): void {
  rmSync(join(base, ".rzp/gitops/lock"), { force: true });
}

/** A process that writes the state, and kills itself before the given operation (or never). */
function writer(base: string, state: string, step: number, declare = "declareState", roots = ["kubernetes"]): string[] {
  const script = `
    import { ${declare}, gitTree, watched } from ${JSON.stringify(join(import.meta.dirname, "fixtures.ts"))};
    let count = 0;
    ${declare}(gitTree(${JSON.stringify(base)}, { roots: ${JSON.stringify(roots)} }, watched(() => { if (count++ === ${step}) process.kill(process.pid, "SIGKILL"); })), ${JSON.stringify(state)}).write();`;
  return ["--conditions=@rzp/source", "--input-type=module", "-e", script];
}

describe("killed", () => {
  it("at any step, 50 times: the tree is the old or the new one after the next run", async () => {
    const total = operations("old");
    const killed = await inParallel(
      Array.from({ length: 50 }, (_, run) => Math.floor((run * total) / 50)),
      async (step) => {
        const base = inFolderKept();
        declareState(gitTree(base), "old").write();
        const signal = await exit(writer(base, "new", step));
        const after = JSON.stringify(settled(base));
        const outcome = after === JSON.stringify(trees.old) ? "old" : after === JSON.stringify(trees.new) ? "new" : `neither after step ${step}`;
        declareState(gitTree(base), "new").write();
        expect([step, snapshot(base)]).toEqual([step, trees.new]);
        expect(readdirSync(join(base, ".rzp/gitops")).sort()).toEqual([".gitignore", "cache.json"]);
        rmSync(base, { recursive: true });
        return [signal, outcome];
      },
    );
    expect(new Set(killed.map(([signal]) => signal))).toEqual(new Set(["SIGKILL"]));
    expect(new Set(killed.map(([, outcome]) => outcome))).toEqual(new Set(["old", "new"]));
  });
});

describe("manifests and texts together", () => {
  const tree = (base: string, state: "old" | "new", before: () => void = () => undefined): GitTree => declareBoth(gitTree(base, { roots: ROOTS }, watched(before)), state);
  const of = (...states: ("old" | "new")[]): { files: Record<string, string>; steps: number } =>
    inFolder((base) => {
      let steps = 0;
      for (const state of states) {
        steps = 0;
        tree(base, state, () => steps++).write();
      }
      return { files: snapshot(base), steps };
    });
  const old = of("old").files;
  const { files: wanted, steps } = of("old", "new");

  /** The old or the new tree, told by a run that only looks; then the new one, whatever it was. */
  function expectWhole(base: string, step: number): string {
    tree(base, "new").check();
    const after = JSON.stringify(snapshot(base));
    const outcome = after === JSON.stringify(old) ? "old" : after === JSON.stringify(wanted) ? "new" : "neither";
    expect([step, outcome]).not.toEqual([step, "neither"]);
    tree(base, "new").write();
    expect([step, snapshot(base)]).toEqual([step, wanted]);
    return outcome;
  }

  it("a full disk at any step, for once or for good, leaves the old tree or the new one", () => {
    const outcomes = new Set<string>();
    for (const forGood of [false, true]) {
      for (let step = 0; step < steps; step++) {
        inFolder((base) => {
          tree(base, "old").write();
          let count = 0;
          const failing = tree(base, "new", () => {
            const now = count++;
            if (forGood ? now >= step : now === step) throw failure("ENOSPC");
          });
          let message = "no effect";
          try {
            failing.write();
          } catch (error) {
            message = (error as Error).message;
          }
          expect(message).toMatch(/writing the tree failed with ENOSPC|^no effect$/);
          // A disk that works again is made use of at once, not by the next run.
          expect([step, forGood || snapshot(base)]).toEqual([step, forGood || (message === "no effect" ? wanted : old)]);
          releaseOwnLock(base);
          outcomes.add(expectWhole(base, step));
        });
      }
    }
    expect(outcomes).toEqual(new Set(["old", "new"]));
  });

  it("a kill at any step, 20 times, leaves the old tree or the new one", async () => {
    const outcomes = await inParallel(
      Array.from({ length: 20 }, (_, run) => Math.floor((run * steps) / 20)),
      async (step) => {
        const base = inFolderKept();
        tree(base, "old").write();
        expect(await exit(writer(base, "new", step, "declareBoth", ROOTS))).toBe("SIGKILL");
        const outcome = expectWhole(base, step);
        rmSync(base, { recursive: true });
        return outcome;
      },
    );
    expect(new Set(outcomes)).toEqual(new Set(["old", "new"]));
  });

  it.each(["<!-", "<!-- Generated by ./rzp render from pages.ts. Do n", ""])("an undo takes away the stump %j that a kill left of a page", (stump) => {
    inFolder((base) => {
      mkdirSync(join(base, ".rzp/gitops"), { recursive: true });
      mkdirSync(join(base, "docs/reference"), { recursive: true });
      writeFileSync(join(base, "docs/reference/a.md"), stump);
      writeFileSync(join(base, ".rzp/gitops/journal.json"), JSON.stringify({ folders: ["docs", "docs/reference"], added: ["docs/reference/a.md"], before: {} }));
      gitTree(base, { roots: ROOTS }).write();
      expect(snapshot(base)).toEqual({});
    });
  });
});

describe("two at once", () => {
  it("the second is told who is running, and writes and reads nothing", async () => {
    const base = inFolderKept();
    declareState(gitTree(base), "old").write();
    const holder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await new Promise((resolve) => holder.once("spawn", resolve));
    symlinkSync(`${holder.pid}:${startOf(holder.pid ?? 0)}:${hostname()}:x`, join(base, ".rzp/gitops/lock"));
    expect(() => declareState(gitTree(base), "new").write()).toThrow(`another render is running (process ${holder.pid}). Wait for it`);
    expect(() => declareState(gitTree(base), "new").check()).toThrow("another render is running");
    expect(snapshot(base)).toEqual(trees.old);
    holder.kill("SIGKILL");
    await new Promise((resolve) => holder.once("exit", resolve));
    declareState(gitTree(base), "new").write();
    expect(snapshot(base)).toEqual(trees.new);
    rmSync(base, { recursive: true });
  });

  it.each([
    ["a process that never was", `4194000:1:${hostname()}:x`],
    ["a process number that came back", `${process.pid}:1:${hostname()}:x`],
  ])("takes over the lock of %s", (_, name) => {
    inFolder((base) => {
      mkdirSync(join(base, ".rzp/gitops"), { recursive: true });
      symlinkSync(name, join(base, ".rzp/gitops/lock"));
      declareState(gitTree(base), "old").write();
      expect(snapshot(base)).toEqual(trees.old);
      expect(readdirSync(join(base, ".rzp/gitops")).filter((file) => file.startsWith("lock"))).toEqual([]);
    });
  });

  it("does not judge the process of another machine", () => {
    inFolder((base) => {
      mkdirSync(join(base, ".rzp/gitops"), { recursive: true });
      symlinkSync("1:1:elsewhere:x", join(base, ".rzp/gitops/lock"));
      expect(() => declareState(gitTree(base), "old").write()).toThrow("another render is running (process 1 on elsewhere; if it is gone, remove the file)");
    });
  });

  it("of many at once each either writes the whole tree or is turned away", async () => {
    const base = inFolderKept();
    const states = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? "old" : "new"));
    const exits = await inParallel(states, (state) => exit(writer(base, state, -1)), 8);
    expect(exits).toContain(0);
    expect([trees.old, trees.new]).toContainEqual(snapshot(base));
    rmSync(base, { recursive: true });
  });
});

describe("undo", () => {
  it("leaves alone what somebody else has put in a file's place since", () => {
    inFolder((base) => {
      declareState(gitTree(base), "old").write();
      let broken = false;
      const fs = watched((operation, path) => {
        broken ||= operation === "writeFileSync" && String(path).endsWith("comes/configmap.yaml");
        if (broken) throw failure("EIO");
      });
      expect(() => declareState(gitTree(base, {}, fs), "new").write()).toThrow("failed with EIO");
      releaseOwnLock(base);
      expect(Object.keys(snapshot(base))).toContain("kubernetes/platform/deep/comes/configmap-big.yaml");
      writeFileSync(join(base, "kubernetes/platform/deep/comes/configmap-big.yaml"), "mine: 1\n");
      expect(settled(base)).toEqual({ ...trees.old, "kubernetes/platform": "folder", "kubernetes/platform/deep": "folder", "kubernetes/platform/deep/comes": "folder", "kubernetes/platform/deep/comes/configmap-big.yaml": "mine: 1\n" });
    });
  });

  it("writes nothing old over a file that somebody else has put there since", () => {
    inFolder((base) => {
      declareState(gitTree(base), "old").write();
      const [changed, removed] = ["kubernetes/apps/stays/configmap-changes.yaml", "kubernetes/core/deep/goes/configmap.yaml"] as const;
      const before = Object.fromEntries([changed, removed].map((path) => [path, Buffer.from(trees.old[path] ?? "").toString("base64")]));
      writeFileSync(join(base, ".rzp/gitops/journal.json"), JSON.stringify({ folders: [], added: [], before }));
      writeFileSync(join(base, changed), "mine: 1\n");
      rmSync(join(base, removed));
      expect(settled(base)).toEqual({ ...trees.old, [changed]: "mine: 1\n" });
    });
  });

  it("never reaches outside the tree, whatever the journal says", () => {
    inFolder((outside) => {
      inFolder((base) => {
        mkdirSync(join(base, ".rzp/gitops"), { recursive: true });
        writeFileSync(join(outside, "a.yaml"), "# Generated by ./rzp render from x. Do not edit. [000000000000]\n");
        const path = `../${outside.split("/").pop() ?? ""}/a.yaml`;
        writeFileSync(join(base, ".rzp/gitops/journal.json"), JSON.stringify({ folders: [], added: [path], before: {} }));
        expect(() => gitTree(base).write()).toThrow("which is outside the tree");
        expect(Object.keys(snapshot(outside))).toEqual(["a.yaml"]);
      });
    });
  });
});

function startOf(pid: number): string {
  const stat = spawnSync("cat", [`/proc/${pid}/stat`], { encoding: "utf8" }).stdout;
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function exit(args: string[]): Promise<unknown> {
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: "ignore", env: { ...process.env, NODE_COMPILE_CACHE: compiled } }).once("exit", (code, signal) => {
      resolve(signal ?? code);
    });
  });
}

async function inParallel<T, R>(items: readonly T[], call: (item: T) => Promise<R>, width = 4): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await call(next[1]);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

function inFolderKept(): string {
  return inFolder((base) => {
    mkdirSync(`${base}-kept`);
    return `${base}-kept`;
  });
}
