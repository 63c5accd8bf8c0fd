import { Refusal } from "../refusal.ts";
import type { Args, Caller, Handler } from "./handler.ts";
import type { Task, World } from "./world.ts";

/** What a task is about, such as `qmstart` of `101`. */
export interface TaskKind {
  node: string;
  type: string;
  id: string;
}

/**
 * Does something as Proxmox VE's workers do: the call answers with the task's id, whether it goes well or not, and what went wrong is in the task.
 * It is done when the call is answered.
 */
export async function runTask({ cluster, now }: World, { node, type, id }: TaskKind, { user, failTask }: Caller, effect: () => void | Promise<void>): Promise<string> {
  const [starttime, pid] = [now(), 4096 + cluster.tasks.length];
  const upid = `UPID:${node}:${hex(pid)}:${hex(cluster.tasks.length)}:${hex(starttime)}:${type}:${id}:${user}:`;
  const task: Task = { upid, node, type, id, user, pid, starttime, exitstatus: failTask ?? "OK" };
  cluster.tasks.push(task);
  if (failTask === undefined) await Promise.resolve().then(effect).catch((error: unknown) => {
    task.exitstatus = error instanceof Error ? error.message : String(error);
  });
  return upid;
}

const hex = (number: number): string => number.toString(16).toUpperCase().padStart(8, "0");

function taskOf({ cluster }: World, { node = "", upid = "" }: Args): Task {
  const task = cluster.tasks.find((one) => one.upid === upid && one.node === node);
  if (task === undefined) throw new Refusal(400, "Parameter verification failed.\n", { parameters: { upid: upid.startsWith("UPID:") ? "no such task" : "unable to parse worker upid" } });
  return task;
}

/** Who started it, without the token. */
const userOf = ({ user }: Task): string => user.replace(/!.*$/, "");

export const taskStatus: Handler = (world, args) => {
  const task = taskOf(world, args);
  return { ...task, user: userOf(task), status: "stopped", pstart: 1 };
};

export const taskLog: Handler = (world, args) => {
  const { exitstatus } = taskOf(world, args);
  return [{ n: 1, t: exitstatus === "OK" ? "TASK OK" : `TASK ERROR: ${exitstatus}` }];
};

/** There is nothing to stop. */
export const stopTask: Handler = (world, args) => {
  taskOf(world, args);
  return null;
};

export const listTasks: Handler = ({ cluster }, { node, vmid, typefilter, errors, limit = "50", start = "0" }) => {
  const wanted = cluster.tasks.filter((task) => task.node === node && (vmid ?? task.id) === task.id && (typefilter ?? task.type) === task.type && !(errors === "1" && task.exitstatus === "OK"));
  return wanted
    .reverse()
    .slice(Number(start), Number(start) + Number(limit))
    .map((task) => ({ upid: task.upid, node: task.node, type: task.type, id: task.id, user: userOf(task), pid: task.pid, pstart: 1, starttime: task.starttime, endtime: task.starttime, status: task.exitstatus }));
};
