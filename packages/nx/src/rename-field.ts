import ts from "typescript";

/** A field of a declaration's arguments that has another name from some version on. */
export interface FieldRename {
  /** Functions and classes whose arguments have it, such as `helmWorkload`. */
  callees: readonly string[];
  /** Where it stands in the arguments: `["network", "pods"]`. */
  path: readonly string[];
  /** What it is called now. */
  to: string;
}

/**
 * The text of a TypeScript file with the field renamed wherever one of the callees is handed an object literal that has it; everything else, comments and
 * spaces included, stays as it is. Arguments that are put together elsewhere are not followed: the compiler names those.
 */
export function renameField(text: string, { callees, path, to }: FieldRename): string {
  const source = ts.createSourceFile("declaration.ts", text, ts.ScriptTarget.Latest, true);
  const found: { start: number; end: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && callees.includes(calleeOf(node))) {
      for (const argument of node.arguments ?? []) found.push(...renamesIn(argument, path, to, source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  // From the end, so that the places before it stay where they are.
  return found.toSorted((a, b) => b.start - a.start).reduce((result, { start, end, text: name }) => result.slice(0, start) + name + result.slice(end), text);
}

function calleeOf({ expression }: ts.CallExpression | ts.NewExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : ts.isIdentifier(expression) ? expression.text : "";
}

function renamesIn(value: ts.Expression, [field = "", ...rest]: readonly string[], to: string, source: ts.SourceFile): { start: number; end: number; text: string }[] {
  const literal = plain(value);
  if (!ts.isObjectLiteralExpression(literal)) return [];
  const properties = literal.properties.filter((property) => nameOf(property) === field);
  if (rest.length > 0) return properties.flatMap((property) => (ts.isPropertyAssignment(property) ? renamesIn(property.initializer, rest, to, source) : []));
  // Whoever has both has been here before, and means the new one.
  if (literal.properties.some((property) => nameOf(property) === to)) return [];
  return properties.flatMap((property) => {
    if (property.name === undefined) return [];
    const [start, end] = [property.name.getStart(source), property.name.getEnd()];
    return { start, end, text: ts.isShorthandPropertyAssignment(property) ? `${to}: ${field}` : to };
  });
}

/** Without what only the compiler reads. */
function plain(value: ts.Expression): ts.Expression {
  return ts.isAsExpression(value) || ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value) ? plain(value.expression) : value;
}

function nameOf({ name }: ts.ObjectLiteralElementLike): string | undefined {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined;
}
