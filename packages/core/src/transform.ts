/**
 * Escape hatch over the arguments of one child: an object that is merged over them (shallowly), or a function that returns new ones.
 * A transform never changes the arguments it is given.
 */
export type Transform<T> = Partial<T> | ((args: Readonly<T>) => T);

/** The arguments after the transform, or the same arguments when there is none. */
export function applyTransform<T extends object>(args: T, transform: Transform<T> | undefined): T {
  if (transform === undefined) return args;
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}
