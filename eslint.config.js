import comments from "@eslint-community/eslint-plugin-eslint-comments/configs";
import js from "@eslint/js";
import nx from "@nx/eslint-plugin";
import vitest from "@vitest/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Who may import whom, by Nx tag, as the table in CONTRIBUTING.md says. `testing` is imported by tests only. */
const layers = {
  "type:core": ["type:core"],
  "type:testing": ["type:core", "type:testing"],
  "type:sdk": [],
  // Nx loads it as it is, without the condition by which the others resolve to their sources.
  "type:nx": [],
  "type:component": ["type:core", "type:component", "type:sdk"],
  "type:composite": ["type:core", "type:component", "type:composite"],
  "type:plan": ["type:core", "type:plan"],
  "type:provider": ["type:core", "type:component", "type:plan"],
  "type:lab": ["type:core", "type:component", "type:lab"],
  "type:app": ["type:core", "type:component", "type:composite", "type:plan", "type:lab", "type:sdk"],
  // A page over the facts of an app.
  "type:site": ["type:core", "type:app"],
  "type:tool": ["type:core", "type:component", "type:composite", "type:plan", "type:lab", "type:app", "type:tool"],
};

/** A provider's SDK has one importer, so that a major version of it is one file's work. */
const providers = {
  "@muhlba91/pulumi-proxmoxve": "packages/proxmox",
  "@pulumi/cloudflare": "packages/cloudflare",
  "@pulumiverse/talos": "packages/talos",
  "@infisical/sdk": "packages/infisical",
};

const foreignProviders = (folder) =>
  Object.entries(providers)
    .filter(([, home]) => home !== folder)
    .map(([name, home]) => ({ group: [name, `${name}/*`], message: `Only ${home} imports ${name}.` }));

const boundaries = (extra) => [
  "error",
  {
    enforceBuildableLibDependency: false,
    // An example imports its own package by name, as a user would.
    allowCircularSelfDependency: true,
    // The workspace's own settings lie in no project.
    allow: ["../../vitest.shared.ts", "../../tsup.shared.ts"],
    checkDynamicDependenciesExceptions: [".*"],
    depConstraints: Object.entries(layers).map(([sourceTag, targets]) => ({ sourceTag, onlyDependOnLibsWithTags: [...targets, ...extra] })),
  },
];

export default defineConfig(
  globalIgnores(["**/dist/", "**/node_modules/", ".nx/", ".rzp/", "kubernetes/", "**/__fixtures__/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  comments.recommended,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js"] }, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@nx": nx },
    rules: {
      "@nx/enforce-module-boundaries": boundaries([]),
      "@eslint-community/eslint-comments/require-description": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      // It asks for the `!` that no-non-null-assertion forbids.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
    },
  },
  ...["**", ...Object.values(providers)].map((home) => ({
    files: [`${home}/*.ts`, `${home}/**/*.ts`],
    rules: { "no-restricted-imports": ["error", { patterns: foreignProviders(home) }] },
  })),
  {
    // A stand-in is held against the vendor's own client.
    files: ["packages/lab/src/stand-ins/**/*.test.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    // What tests share is theirs alone.
    files: ["**/*.test-data.ts", "**/*.test-helper.ts"],
    rules: { "@nx/enforce-module-boundaries": boundaries(["type:testing"]) },
  },
  {
    files: ["**/*.test.ts"],
    extends: [vitest.configs.recommended],
    rules: {
      "@nx/enforce-module-boundaries": boundaries(["type:testing"]),
      "max-lines": "off",
      "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "fc.assert", "expect*"] }],
    },
  },
  { files: ["tools/**/*.ts", "**/src/cli.ts", "apps/*/src/commands/*.ts"], rules: { "no-console": "off" } },
  { files: ["*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
