// An `up` in small: each step needs what the one before has become.
import { CustomResource, ProviderResource } from "@pulumi/pulumi/resource.js";
import { output, secret } from "@pulumi/pulumi/output.js";
import { invokeOutput } from "@pulumi/pulumi/runtime/invoke.js";
import { isDryRun } from "@pulumi/pulumi/runtime/settings.js";

class Any extends CustomResource {
  constructor(type, name, args, opts) {
    super(type, name, { result: undefined, ...args }, opts);
  }
}
class Demo extends ProviderResource {
  constructor(name) {
    super("demo", name, {});
  }
}

const provider = new Demo("demo");
const first = new Any("demo:index:Disk", "first", {}, { provider });
const urls = invokeOutput("demo:index:urls", { disk: first.id });
const second = new Any("demo:index:Machine", "second", { disk: first.id, url: urls.apply(({ url }) => url), key: secret(first.result) }, { provider });
if (process.env.MORE) new Any("demo:index:Strange", "third", {}, { dependsOn: second, provider });

export const machine = second.id;
export const result = secret(second.result);
export const dryRun = output(isDryRun());
