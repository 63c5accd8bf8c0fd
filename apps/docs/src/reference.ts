/** The packages' sources -> their reference as Markdown, a page a package: what is exported, with what its comments say. */
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import { PACKAGES, ROOT } from "./pages.ts";

/** Writes the reference. Types are not checked here: `./rzp typecheck` does. */
export async function writeReference(folder: string): Promise<void> {
  const options: TypeDocOptions & Partial<PluginOptions> = {
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: PACKAGES.map((name) => join(ROOT, `packages/${name}/src/index.ts`)),
    tsconfig: join(ROOT, "apps/docs/tsconfig.reference.json"),
    skipErrorChecking: true,
    logLevel: "Error",
    out: folder,
    readme: "none",
    name: "Reference of the packages",
    disableSources: true,
    disableGit: true,
    excludeExternals: true,
    excludePrivate: true,
    router: "module",
    entryFileName: "index",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    // Tables would hold anchors as HTML.
    parametersFormat: "list",
    interfacePropertiesFormat: "list",
    classPropertiesFormat: "list",
    typeAliasPropertiesFormat: "list",
    propertyMembersFormat: "list",
    typeDeclarationFormat: "list",
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the packages' sources: ./rzp typecheck says why");
  project.children?.forEach((module) => {
    module.name = `@rzp/${module.name.split("/")[0] ?? ""}`;
  });
  await app.generateOutputs(project);
}
