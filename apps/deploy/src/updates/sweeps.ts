/** Texts that look like a pinned version, in files that people write. */
interface Sweep {
  of: RegExp;
  /** With a group `version`, or `image` and `digest`. */
  like: RegExp;
  /** What looks so and is none, by file; the reason stands beside it. */
  except?: Readonly<Record<string, readonly string[]>>;
}

export const SWEEPS: readonly Sweep[] = [
  {
    of: /\.(ts|md)$/,
    like: /\bversion: "(?<version>v?\d+\.\d+\.\d[^"]*)"/g,
    except: {
      // What the stand-in says that it is.
      "packages/lab/src/stand-ins/proxmox/cluster.ts": ["9.1.3"],
      // What a new package begins with.
      "packages/nx/src/component/files.ts": ["1.0.0"],
      // A declaration that is generated to be looked at, and rendered nowhere.
      "tools/consumer/src/nx.ts": ["12.4.0"],
    },
  },
  { of: /\.(ts|md)$/, like: /\bkubernetes: "(?<version>v\d[^"]*)"/g },
  { of: /\.(ts|md)$/, like: /https:\S+\/(?<version>v\d+\.\d+\.\d+)\//g },
  { of: /^sdks\/[^/]+\/package\.json$/, like: /"version": "(?<version>[^"]+)"/g },
  { of: /^tools\/consumer\/src\/node\.ts$/, like: /\bNODE_\d+ = "(?<version>\d+\.[^"]*)"/g },
  { of: /^rzp$|\.sh$|^\.ci\/|\.ya?ml$|(^|\/)Containerfile[^/]*$/, like: /^\s*(?:ARG |ENV |export )?[A-Z0-9_]*VERSION[=:] *["']?(?<version>v?\d+\.[^\s"']*)/gm },
  { of: /\.(ts|md|ya?ml|sh)$|(^|\/)Containerfile[^/]*$/, like: /(?<image>[\w./:-]*)@(?<digest>sha256:[0-9a-f]{64})/g },
  // Without a digest: what finds images finds none of these.
  { of: /\.ya?ml$/, like: /^\s*(?:- )?image: ["']?(?<image>[\w./-]+:[\w.-]+)["']?\s*$/gm },
  { of: /(^|\/)Containerfile[^/]*$/, like: /^FROM (?:--\S+ )*(?<image>[\w./-]+:[\w.-]+)(?: |$)/gm },
];
