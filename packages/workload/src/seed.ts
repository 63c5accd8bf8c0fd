import type { IContainer } from "kubernetes-models/v1/Container";
import type { WorkloadArgs } from "./args.ts";
import { literal } from "./env.ts";
import { claimMounts } from "./mounts.ts";
import { fileKey } from "./names.ts";
import { securityContext } from "./security.ts";

/** Where the init container sees the seeds; no image has anything there. */
const SEEDS = "/rzp-seed";

/**
 * Copies each seed to its place unless the app has one already. It runs the app's own image and user, so that nothing else must be pulled and the file is
 * the app's; the image must have a POSIX shell with cp, mkdir, mv and chmod.
 */
export function seeder(name: string, args: WorkloadArgs): IContainer {
  const script = Object.keys(args.seed ?? {}).map(copyOnce).join("\n");
  return {
    name: `${name}-seed`,
    image: args.image,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-euc", literal(script)],
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    securityContext: securityContext({}),
    volumeMounts: [...claimMounts(args), { name: "seed", mountPath: SEEDS, readOnly: true }],
  };
}

/** By way of a second name: a copy that is cut off must not pass for the app's own file at the next start. */
function copyOnce(path: string): string {
  const [target, copy, folder] = [path, `${path}.seed`, path.slice(0, path.lastIndexOf("/"))].map(quoted);
  const source = quoted(`${SEEDS}/${fileKey(path)}`);
  return `test -e ${target} || { mkdir -p ${folder}; cp ${source} ${copy}; chmod 660 ${copy}; mv ${copy} ${target}; }`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
