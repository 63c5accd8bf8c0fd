/** A value's type, as Pulumi's package schema writes it. */
export interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  /** It must be known when the program runs. */
  plain?: boolean;
  description?: string;
}

interface ObjectSpec {
  properties?: Readonly<Record<string, TypeSpec>>;
  required?: readonly string[];
  enum?: readonly { value: string }[];
}

/** As much of Pulumi's package schema as is read here. */
export interface PackageSchema {
  name: string;
  version?: string;
  resources: Readonly<Record<string, ObjectSpec & { inputProperties: Readonly<Record<string, TypeSpec>>; requiredInputs?: readonly string[] }>>;
  types: Readonly<Record<string, ObjectSpec>>;
}

/** The named type that a reference leads to. */
export function resolve(schema: PackageSchema, { $ref }: TypeSpec): ObjectSpec | undefined {
  return $ref === undefined ? undefined : schema.types[$ref.replace("#/types/", "")];
}
