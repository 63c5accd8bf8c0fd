import { withTokens } from "./commands/engine.ts";
import { loadStack } from "./config.ts";

/** The environment with what a pipeline's steps need beside the deploy program: read from Infisical where the machine's identity is set, the environment alone where not. */
export function pipelineEnvironment(stack: string): Promise<NodeJS.ProcessEnv> {
  return withTokens(loadStack(stack));
}
