import type { HelmWorkloadArgs } from "@rzp/workload/manifests";

/** What every chart takes. A package knows how a chart is made safe; which one, how big and beside whom is the homelab's own. */
export interface ChartArgs extends Pick<HelmWorkloadArgs, "purpose" | "needs" | "talksTo" | "exposure"> {
  /** Exact version of the chart. The values are written for the version named at the function; a major step wants a look at them. */
  version: string;
}

/** A PostgreSQL database, as whoever dials it names it. */
export interface DatabasePeer {
  /** Name of the service: a `postgresDatabase` whose database has the name it gets by default. */
  service: string;
  /** Absolute key of its owner's password in the secret store. */
  password: string;
}
