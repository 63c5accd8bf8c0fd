// Plants each of the given values as a secret wherever a program can, and says them aloud.
import * as pulumi from "@pulumi/pulumi";

class Any extends pulumi.CustomResource {}
const config = new pulumi.Config();
const values = config.requireObject("values");
const fromConfig = config.requireSecret("password");

values.forEach((value, index) => {
  const secret = pulumi.secret(value);
  const thing = new Any("demo:index:Thing", `thing-${index}`, { whole: secret, nested: { list: [{ secret }, "plain"] }, json: pulumi.jsonStringify({ secret }), fromConfig, said: `it is ${config.get("password")}` });
  pulumi.runtime.invokeOutput("demo:index:ask", { secret });
  if (typeof value === "string") pulumi.log.info(`the secret is ${value}`, thing);
  if (typeof value === "string") console.log(`printed ${value} and ${JSON.stringify({ value })}`);
});
if (process.env.FAIL) throw new Error(`failed with ${JSON.stringify(values)} and ${values.join(" ")} and ${config.get("password")}`);
export const all = pulumi.secret(values);
