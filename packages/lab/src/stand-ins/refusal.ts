/** A call that the vendor would refuse. Handlers throw it; the stand-in answers in the vendor's own shape. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** The vendor's own number of this error, where it has such. */
  readonly code: number | undefined;
  /** What is wrong with each parameter. */
  readonly parameters: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, { code, parameters }: { code?: number | undefined; parameters?: Readonly<Record<string, string>> } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.parameters = parameters;
  }
}
