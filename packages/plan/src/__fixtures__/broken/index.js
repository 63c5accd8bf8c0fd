// Programs that go wrong, by the environment. Only the parts of the SDK that they need are loaded: most of a run's time is that.
import { writeFileSync } from "node:fs";
import { Config } from "@pulumi/pulumi/config.js";
import * as log from "@pulumi/pulumi/log/index.js";
import { output, secret } from "@pulumi/pulumi/output.js";
import { ComponentResource, CustomResource } from "@pulumi/pulumi/resource.js";
import { invoke } from "@pulumi/pulumi/runtime/invoke.js";
import { registerResourceTransform } from "@pulumi/pulumi/runtime/stack.js";

class Any extends CustomResource {}
class ArgumentError extends Error {
  name = "ArgumentError";
}
const hidden = new Config().get("hidden");
new Any("demo:index:Thing", "first", { password: secret("known-only-here") });

function tellPid() {
  if (process.env.PID_FILE) writeFileSync(process.env.PID_FILE, String(process.pid));
}

const faults = {
  mistake() {
    throw new ArgumentError('ProxmoxVm "cp-1": disks[0].size is 4Gi. Talos needs at least 10Gi.');
  },
  bug() {
    throw new TypeError("no such thing", { cause: new Error(`it was ${hidden}`) });
  },
  thrownInApply() {
    output(1).apply(() => {
      throw new Error("thrown in an apply with known-only-here");
    });
  },
  thrownText() {
    throw `a text and ${hidden}`;
  },
  duplicate() {
    new Any("demo:index:Thing", "first", {});
  },
  hang() {
    tellPid();
    setInterval(() => {}, 1000);
  },
  busy() {
    tellPid();
    for (;;);
  },
  exit() {
    console.error(`giving up on ${hidden}`);
    process.exit(7);
  },
  killed() {
    process.kill(process.pid, "SIGKILL");
  },
  logged() {
    log.error(`logged ${hidden}`);
  },
  transform() {
    registerResourceTransform(() => undefined);
  },
  async failingInvoke() {
    try {
      await invoke("demo:index:fail", { value: 1 });
    } catch {}
  },
  construct() {
    new ComponentResource("demo:index:Remote", "remote", {}, {}, true);
  },
  missing() {
    new Config().require("nowhere");
  },
  syntax() {
    return import("./syntax.js");
  },
};
export default await faults[process.env.FAULT]();
