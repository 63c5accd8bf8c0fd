import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * The one test configuration of every package. Tests run on the sources, through the private export condition, so nothing is built first.
 * Files share their worker's modules (`isolate: false`): importing the Pulumi SDK is most of what a component test costs.
 */
export function project(name: string): ViteUserConfig {
  return defineConfig({
    ssr: { resolve: { conditions: ["@rzp/source", "node"] } },
    test: { name, include: ["src/**/*.test.ts"], isolate: false, pool: "forks", testTimeout: 30_000 },
  });
}
