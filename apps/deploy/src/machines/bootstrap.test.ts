import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { APP } from "../config.ts";

/** Runs the bootstrap as in an `up`, in a process of its own since a failure ends the process; prints what was registered in time. `kubeconfig` is an expression. */
function bootstrapWith(kubeconfig: string): { status: number | null; stdout: string; stderr: string } {
  const script = `
    import { log, output } from "@pulumi/pulumi";
    import { record } from "@rzp/testing";
    import { loadStack, RUNTIME_SECRETS } from "./src/config.ts";
    import { homelab } from "./src/homelab.ts";
    import { bootstrap } from "./src/machines/bootstrap.ts";
    const secrets = Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, "never-shown"]));
    import { freePort, kubeconfig, makeAuthority } from "../../packages/talos/src/api-server.test-server.ts";
    const authority = await makeAuthority("kubernetes");
    // What it waits for is all there is to see: nobody answers.
    log.info = (message) => { console.log(message); process.exit(0); };
    const cluster = { kubeconfigRaw: output(${kubeconfig}) };
    await record(() => bootstrap(homelab(loadStack("production")), cluster, secrets), { newResource: ({ type }) => console.log(type) });`;
  return spawnSync(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script], { cwd: APP, encoding: "utf8" });
}

describe("the Kubernetes provider", () => {
  // It asks for the schema once, when it is configured, and calls the cluster unreachable for the rest of an `up` when nobody answers.
  it("gets a kubeconfig only after the API was asked with it, and nothing in the cluster is made before", () => {
    const { status, stdout, stderr } = bootstrapWith('"neither a kubeconfig nor an API"');
    expect(stderr).toContain("The kubeconfig");
    expect(status).not.toBe(0);
    expect(stdout).not.toMatch(/kubernetes:/);
  });

  it("is waited for as long as machines may take that pull their images first", () => {
    const { stdout } = bootstrapWith('kubeconfig("https://127.0.0.1:" + (await freePort()), authority.cert, await authority.issue("client"))');
    expect(stdout).toMatch(/waiting for the Kubernetes API at https:\/\/127\.0\.0\.1:\d+: ECONNREFUSED; 15m at most/);
    expect(stdout).not.toMatch(/kubernetes:/);
  });
});
