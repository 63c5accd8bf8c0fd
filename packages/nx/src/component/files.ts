/** What a new package is made of. */
export interface Skeleton {
  name: string;
  className: string;
  description: string;
  scope: string;
  license: string;
  author: string | undefined;
  repository: string | undefined;
}

/** Files by their path in the package. */
export function componentFiles(skeleton: Skeleton): Record<string, string> {
  const { name, className } = skeleton;
  const file = kebab(className);
  return {
    "package.json": packageJson(skeleton),
    "tsconfig.json": '{\n  "extends": "../../tsconfig.base.json",\n  "include": ["src", "examples", "*.ts"]\n}\n',
    "tsup.config.ts": 'import { library } from "../../tsup.shared.ts";\n\nexport default library(["src/index.ts"]);\n',
    "vitest.config.ts": `import { project } from "../../vitest.shared.ts";\n\nexport default project("${name}");\n`,
    "README.md": readme(skeleton),
    "examples/basic.ts": example(skeleton),
    "src/index.ts": `export { ${className}, type ${className}Args } from "./${file}.ts";\n`,
    [`src/${file}.ts`]: source(skeleton),
    [`src/${file}.test.ts`]: test(skeleton, file),
  };
}

function packageJson({ name, scope, description, license, author, repository }: Skeleton): string {
  const entry = (types: string, file: string): object => ({ types: `./dist/${types}`, default: `./dist/${file}` });
  const content = {
    name: `${scope}/${name}`,
    version: "1.0.0",
    description,
    license,
    author,
    repository: repository === undefined ? undefined : { type: "git", url: repository, directory: `packages/${name}` },
    type: "module",
    sideEffects: false,
    engines: { node: ">=22.12" },
    files: ["dist"],
    publishConfig: { access: "public" },
    exports: { ".": { [`${scope}/source`]: "./src/index.ts", import: entry("index.d.ts", "index.js"), require: entry("index.d.cts", "index.cjs") }, "./package.json": "./package.json" },
    scripts: { build: "tsup", lint: "eslint .", package: "publint && attw --pack . --profile node16 --quiet", test: "vitest run", typecheck: "node ../../node_modules/typescript7/bin/tsc -p tsconfig.json" },
    dependencies: { [`${scope}/core`]: "workspace:^" },
    peerDependencies: { "@pulumi/pulumi": "^3.200.0" },
    devDependencies: { "@pulumi/pulumi": "catalog:", [`${scope}/testing`]: "workspace:*" },
    nx: { tags: ["type:component"] },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function readme({ scope, name, className, description }: Skeleton): string {
  return `# ${scope}/${name}

${description}

\`\`\`ts
import { ${className} } from "${scope}/${name}";

new ${className}("example", { label: "example" });
\`\`\`

| danger | cure | test |
|---|---|---|
`;
}

function example({ scope, name, className }: Skeleton): string {
  return `import { ${className} } from "${scope}/${name}";\n\nexport const example = new ${className}("example", { label: "example" });\n`;
}

function source({ scope, name, className, description }: Skeleton): string {
  const spec = `${lower(className)}Spec`;
  return `import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { isDnsLabel, refusal } from "${scope}/core";

/** Arguments of {@link ${className}}: required ones first; each says what a change does to what is running, its unit and its default. */
export interface ${className}Args {
  /** Name at the vendor, a DNS label. A change replaces it. */
  label: string;
}

/** ${description} */
export class ${className} extends ComponentResource {
  /** Name at the vendor. */
  readonly label: string;

  constructor(name: string, args: ${className}Args, opts?: ComponentResourceOptions) {
    const spec = ${spec}(name, args);
    super("${scope.slice(1)}:${name}:${className}", name, args, opts);
    // Children go here, each with { parent: this }; nothing is made inside apply.
    this.label = spec.label;
    this.registerOutputs({ label: this.label });
  }
}

/** What is made of the arguments, as plain data: everything that can be refused is refused here, before anything registers. */
export function ${spec}(name: string, { label }: ${className}Args): { label: string } {
  const refuse = refusal("${className}", name);
  if (!isDnsLabel(label)) refuse("label", \`"\${label}" is not a DNS label\`, "Use a-z, 0-9 and -.");
  return { label };
}
`;
}

function test({ scope, name, className }: Skeleton, file: string): string {
  const spec = `${lower(className)}Spec`;
  return `import { record } from "${scope}/testing";
import { describe, expect, it } from "vitest";
import { ${className}, ${spec} } from "./${file}.ts";

describe("${spec}", () => {
  it("refuses what the vendor would, with the field and what would be right", () => {
    expect(() => ${spec}("example", { label: "Not A Label" })).toThrow('label "Not A Label" is not a DNS label');
  });

  it("makes what the vendor is asked for", () => {
    // The next thing to write: the inputs of the first resource as ${spec} gives them, and the child that takes them.
    expect(${spec}("example", { label: "example" })).toEqual({ label: "example", resource: {} });
  });
});

describe("${className}", () => {
  it("registers itself under its own type", async () => {
    const { find } = await record(() => new ${className}("example", { label: "example" }));
    expect(find("${scope.slice(1)}:${name}:${className}").inputs).toEqual({ label: "example" });
  });
});
`;
}

function kebab(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3-$2$4").toLowerCase();
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
