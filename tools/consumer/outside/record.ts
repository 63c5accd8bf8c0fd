/** Records the program of all examples with the published @rzp/plan, and writes what was registered to the file that is named last: `record <plan as JSON> <file>`. */
import { writeFileSync } from "node:fs";
import { recordProgram } from "@rzp/plan";
import { CONFIG, messageOf } from "./load.ts";

const [words = "", file = ""] = process.argv.slice(2);

interface Recorded {
  registered: string[];
  failures: Record<string, string>;
}

async function record(): Promise<Recorded> {
  try {
    const { resources, logs } = await recordProgram({ program: ".", stack: "production", config: CONFIG, secretKeys: ["clientSecret"], environment: { RZP_EXAMPLES: words } });
    const failed = logs.map(({ message }) => message).filter((message) => message.startsWith("rzp-failed "));
    const failures = failed.map((line) => JSON.parse(line.slice("rzp-failed ".length)) as { id: string; failure: string });
    return { registered: resources.map(({ type, name }) => `${type} ${name}`).toSorted(), failures: Object.fromEntries(failures.map(({ id, failure }) => [id, failure])) };
  } catch (error) {
    return { registered: [], failures: { "*": messageOf(error) } };
  }
}

writeFileSync(file, JSON.stringify(await record()));
