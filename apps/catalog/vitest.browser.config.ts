import { defineConfig } from "vitest/config";

/** Tests in a real Chromium, by a command of their own: where there is none they are left out, and say so. */
export default defineConfig({
  ssr: { resolve: { conditions: ["@rzp/source", "node"] } },
  test: { name: "catalog in Chromium", include: ["browser/**/*.test.ts"], pool: "forks", testTimeout: 60_000, hookTimeout: 120_000 },
});
