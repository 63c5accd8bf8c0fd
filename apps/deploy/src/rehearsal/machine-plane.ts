import { calledFor, LabError, makersOf, startHardware, type ControlPlane, type Hardware, type HardwareArgs, type Made, type MakersArgs } from "@rzp/lab";
import { recordProgram, Secret } from "@rzp/plan";
import { APP, PROJECT, type RuntimeSecrets, type Stack } from "../config.ts";
import { destroyStep, engineSteps, type EngineRehearsal, type Step } from "./engine-steps.ts";
import { hardwareFor, inLab, LAB, labConfig, labSecrets, placesOf, writeProject, writeStackFile, type Places, type StoredSecrets } from "./lab-stack.ts";
import { missingForPulumi, Pulumi } from "./pulumi.ts";

/** A run takes as long as its machines and its cluster. */
const PATIENCE_MS = 600_000;

export interface MachinePlaneArgs {
  /** The homelab that is rehearsed, as it is at home. */
  stack: Stack;
  binaries: HardwareArgs["binaries"];
  /** Called where the program installs Argo CD's chart; only where the monitor runs, since the real provider installs it itself. */
  install: MakersArgs["install"];
  /** Called when the cluster's API answers; nothing is in it before this is done. */
  onCluster?: (cluster: ControlPlane) => Promise<void>;
  /** What the services find in the secret store. @default nothing */
  stored?: StoredSecrets;
  /** What the program and the engine get besides their tokens, such as a proxy. */
  environment?: Readonly<Record<string, string>>;
  /** Kept with everything in it. @default a temporary folder that is removed at the end, however that comes */
  folder?: string;
  report: (line: string) => void;
}

/** One line of the table of what was made. */
interface Row {
  type: string;
  name: string;
  called: string[];
  seconds: number;
}

/** The machine plane, up. */
export interface MachinePlane {
  /** Who ran the program: the real engine with its real providers, or the recording monitor with the lab's makers. */
  ranBy: "pulumi" | "monitor";
  cluster: ControlPlane;
  /** What Talos handed out, as text. */
  kubeconfig: string;
  hardware: Hardware;
  secrets: RuntimeSecrets;
  table: Row[];
  steps: Step[];
  /** Takes it down with the engine; the monitor, which keeps no state, has nothing to take down. */
  destroy: () => Promise<Step[]>;
  stop: () => Promise<void>;
}

/**
 * Brings up the machines of a homelab with its own program, on stand-ins for all vendors: images, machines, Talos, DNS, and what the cluster is first given.
 * With `pulumi` and the plugins the real engine does it, and has to go through more; without them the recording monitor does.
 */
export async function runMachinePlane({ stack, binaries, install, onCluster, stored = {}, environment = {}, folder, report }: MachinePlaneArgs): Promise<MachinePlane> {
  const secrets = labSecrets();
  const machines = await placesOf(stack);
  const hardware = await startHardware({ ...hardwareFor(stack, secrets, stored), binaries, places: machines, ...(folder === undefined ? {} : { folder }), ...(onCluster === undefined ? {} : { onCluster }) });
  try {
    const places = { proxmox: hardware.proxmox.url, cloudflare: hardware.cloudflare.url, infisical: hardware.infisical.url, imageFactory: hardware.talos.url, machines };
    const run = { lab: inLab(stack, places), places, hardware, environment: { ...environment, ...secrets }, install, report };
    const missing = await missingForPulumi();
    const ranBy = missing.length === 0 ? "pulumi" : "monitor";
    report(ranBy === "pulumi" ? "the real engine runs the program, with the real providers" : `the recording monitor runs the program, since ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not here: each resource is made once, by the lab`);
    const { made, kubeconfig, steps, destroy } = await (ranBy === "pulumi" ? withEngine(run) : withMonitor(run));
    await hardware.nodesReady();
    const table = made.map(({ type, name, inputs, seconds }) => ({ type, name, called: calledFor({ type, inputs }, hardware), seconds }));
    return { ranBy, cluster: await hardware.cluster, kubeconfig, hardware, secrets, table, steps, destroy, stop: hardware.stop };
  } catch (error) {
    await hardware.stop();
    throw error;
  }
}

interface RunArgs {
  lab: Stack;
  places: Places;
  hardware: Hardware;
  environment: Readonly<Record<string, string>>;
  install: MakersArgs["install"];
  report: (line: string) => void;
}

interface Ran {
  made: Made[];
  kubeconfig: string;
  steps: Step[];
  destroy: () => Promise<Step[]>;
}

async function withEngine({ lab, places, hardware, environment, report }: RunArgs): Promise<Ran> {
  const { folder } = hardware;
  const project = writeProject(folder);
  writeStackFile(project, lab, places);
  const pulumi = new Pulumi(folder, project, environment);
  await pulumi.init();
  const rehearsal: EngineRehearsal = { pulumi, stack: lab, proxmox: hardware.proxmox, report, write: (changed) => { writeStackFile(project, changed, places); } }; // prettier-ignore
  const { steps, made } = await engineSteps(rehearsal);
  return { made, kubeconfig: await pulumi.output("kubeconfig"), steps, destroy: async () => [await destroyStep(rehearsal)] };
}

async function withMonitor({ lab, places, environment, install, report }: RunArgs): Promise<Ran> {
  const made: Made[] = [];
  const tell = (one: Made): void => {
    made.push(one);
    report(`${one.type} ${one.name} (${one.seconds.toFixed(1)} s)`);
  };
  const makers = makersOf({ imageFactory: places.imageFactory, install, made: tell });
  const started = performance.now();
  try {
    const { stackOutputs } = await recordProgram({
      program: APP,
      project: PROJECT,
      stack: LAB,
      config: labConfig(lab, places),
      environment: { ...environment },
      answers: { complete: true, resources: makers.resources, invokes: makers.invokes },
      timeoutMs: PATIENCE_MS,
    });
    const { kubeconfig } = stackOutputs;
    if (!(kubeconfig instanceof Secret)) throw new LabError("the program hands out no kubeconfig");
    const steps = [{ name: "up", outcome: `${made.length} made`, seconds: (performance.now() - started) / 1000 }];
    return { made, kubeconfig: kubeconfig.reveal() as string, steps, destroy: () => Promise.resolve([]) };
  } finally {
    await makers.close();
  }
}
