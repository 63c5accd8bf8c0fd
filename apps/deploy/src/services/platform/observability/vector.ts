import { vectorChart } from "@rzp/charts";

/** Where Talos sends the logs of its services and of its kernel: each machine to its own agent, and to nobody else's. */
export const TALOS_LOGS = { hostIP: "127.0.0.1", port: 6051 } as const;

export const vector = vectorChart({
  version: "0.56.0",
  openobserve: {
    service: "openobserve",
    user: "/platform/observability/openobserve/ZO_ROOT_USER_EMAIL",
    token: "/platform/observability/openobserve/ZO_ROOT_USER_TOKEN",
  },
  talosLogs: TALOS_LOGS,
  nodes: 6,
});
