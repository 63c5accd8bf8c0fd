/** Is told a line about work that takes long. */
export type Report = (line: string) => void;

export const toStandardError: Report = (line) => {
  process.stderr.write(`${line}\n`);
};
