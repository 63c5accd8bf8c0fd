/** A Pulumi program that is all examples at once; what to run is in the environment, and what failed goes to the output, a line each. */
import { load, messageOf, type Plan } from "./load.ts";

const { format, ids } = JSON.parse(process.env.RZP_EXAMPLES ?? "") as Plan;
for (const id of ids) {
  try {
    await load(import.meta.dirname, format, id);
  } catch (error) {
    console.log(`rzp-failed ${JSON.stringify({ id, failure: messageOf(error) })}`);
  }
}
