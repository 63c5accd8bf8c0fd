/** Adds a service to the index.ts of its folder, and a folder to the one of all; what is written there already stays as it is. */
import ts from "typescript";
import { refuse } from "../words.ts";

/** `node-red` as a variable. */
export function identifier(name: string): string {
  return name.replaceAll(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function newCategory(category: string, name: string): string {
  const variable = identifier(name);
  return `import { category } from "@rzp/workload/manifests";\nimport { ${variable} } from "./${name}.ts";\n\nexport default category("${category}", { ${entry(name)} });\n`;
}

export function withService(text: string, name: string, file: string): string {
  const source = parse(text);
  const literal = find(source, (node): node is ts.ObjectLiteralExpression => ts.isObjectLiteralExpression(node) && ts.isCallExpression(node.parent) && node.parent.arguments[1] === node);
  if (literal === undefined) refuse(file, "has no category(...) with its services in it", 'It should read export default category("apps/ai", { ollama });');
  const after = literal.properties.find((property) => property.name !== undefined && keyOf(property.name) > name);
  const inserted = after === undefined ? append(text, literal.properties, literal, entry(name)) : insert(text, after.getStart(source), `${entry(name)}, `);
  return withImport(inserted, `import { ${identifier(name)} } from "./${name}.ts";`, `./${name}.ts`);
}

export function withCategory(text: string, category: string, file: string): string {
  const source = parse(text);
  const list = find(source, (node): node is ts.ArrayLiteralExpression => ts.isArrayLiteralExpression(node) && ts.isVariableDeclaration(node.parent) && node.parent.name.getText() === "categories");
  if (list === undefined) refuse(file, "has no list of categories", "It should read export const categories = [ai];");
  const variable = identifier(category.split("/").slice(1).join("-"));
  return withImport(append(text, list.elements, list, variable), `import ${variable} from "./${category}/index.ts";`, `./${category}/index.ts`);
}

export function newRoot(category: string): string {
  const variable = identifier(category.split("/").slice(1).join("-"));
  return `/** Every service, by folder; a new folder is a new line here. */\nimport type { Category } from "@rzp/workload/manifests";\nimport ${variable} from "./${category}/index.ts";\n\nexport const categories: readonly Category[] = [${variable}];\n`;
}

/** Among the other files of ours, in their order; below everything else that is imported. */
function withImport(text: string, line: string, from: string): string {
  const source = parse(text);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const next = imports.find(({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith(".") && moduleSpecifier.text > from);
  if (next !== undefined) return insert(text, next.getStart(source), `${line}\n`);
  const last = imports.at(-1);
  return last === undefined ? `${line}\n${text}` : insert(text, last.getEnd(), `\n${line}`);
}

function append(text: string, items: ts.NodeArray<ts.Node>, list: ts.Node, item: string): string {
  const last = items.at(-1);
  if (last !== undefined) return insert(text, last.getEnd(), `, ${item}`);
  return ts.isArrayLiteralExpression(list) ? insert(text, list.getEnd() - 1, item) : `${text.slice(0, list.getStart())}{ ${item} }${text.slice(list.getEnd())}`;
}

function entry(name: string): string {
  const variable = identifier(name);
  return variable === name ? name : `"${name}": ${variable}`;
}

function keyOf(name: ts.PropertyName): string {
  return ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText();
}

function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("index.ts", text, ts.ScriptTarget.Latest, true);
}

function find<T extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is T): T | undefined {
  return is(node) ? node : ts.forEachChild(node, (child) => find(child, is));
}
