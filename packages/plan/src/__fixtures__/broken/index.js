// Programs that go wrong, by configuration.
import * as pulumi from "@pulumi/pulumi";

class Any extends pulumi.CustomResource {}
class ArgumentError extends Error {
  name = "ArgumentError";
}
const secret = new pulumi.Config().get("secret");
new Any("demo:index:Thing", "first", { password: pulumi.secret("known-only-here") });

const faults = {
  mistake() {
    throw new ArgumentError('ProxmoxVm "cp-1": disks[0].size is 4Gi. Talos needs at least 10Gi.');
  },
  bug() {
    throw new TypeError(`no such thing as ${secret} or known-only-here`);
  },
  async rejection() {
    await Promise.reject(new Error("rejected"));
  },
  thrownInApply() {
    pulumi.output(1).apply(() => {
      throw new Error("thrown in an apply");
    });
  },
  duplicate() {
    new Any("demo:index:Thing", "first", {});
  },
  hang() {
    setInterval(() => {}, 1000);
  },
  busy() {
    setTimeout(() => { for (;;); }, 300);
  },
  exit() {
    console.error(`giving up on ${secret}`);
    process.exit(7);
  },
  killed() {
    process.kill(process.pid, "SIGKILL");
  },
  logged() {
    pulumi.log.error(`logged ${secret}`);
  },
  transform() {
    pulumi.runtime.registerResourceTransform(() => undefined);
  },
  async failingInvoke() {
    try {
      await pulumi.runtime.invoke("demo:index:fail", { value: 1 });
    } catch {}
  },
  construct() {
    new pulumi.ComponentResource("demo:index:Remote", "remote", {}, {}, true);
  },
  missing() {
    new pulumi.Config().require("nowhere");
  },
};
export default await faults[process.env.FAULT]();
