import { nearest } from "@rzp/core";

/** A command that was promised a secret and gets none would fail later, and less clearly. */
class SecretMissing extends Error {
  override name = "SecretMissing";
}

/** What logs in to Infisical, and so opens all the other secrets. */
const IDENTITY = ["INFISICAL_CLIENT_ID", "INFISICAL_CLIENT_SECRET"];

/** The environment a command gets: what is there already, and of all the secrets those alone that were asked for. */
export function environmentWith(names: readonly string[], secrets: Readonly<NodeJS.ProcessEnv>, own: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
  const missing = names.filter((name) => (secrets[name] ?? "") === "");
  if (missing.length > 0) {
    const words = missing.map((name) => {
      const near = nearest(name, Object.keys(secrets));
      return near === undefined ? name : `${name} (there is ${near})`;
    });
    throw new SecretMissing(`neither Infisical's folder for pipelines nor the environment has ${words.join("; nor ")}`);
  }
  const kept = Object.entries(own).filter(([name]) => !IDENTITY.includes(name));
  return Object.fromEntries([...kept, ...names.map((name) => [name, secrets[name]] as const)]);
}
