/** One line of a command's own output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** One JSON text of a command's own output, for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** One line beside the output: what went wrong, what is going on. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
