/**
 * A line of a `.env` file, as Node's own reader takes it (`util.parseEnv`): it knows three kinds of quotes and no escapes.
 * @throws RangeError for a value that no kind of quotes can hold
 */
export function envLine(name: string, value: string): string {
  if (/^[\w@.:/,-]*$/.test(value)) return `${name}=${value}`;
  const quote = ["'", '`', '"'].find((mark) => !value.includes(mark));
  // Within double quotes, \n is a line break.
  const unsafe = /[\0\r\n]/.test(value) || (quote === '"' && value.includes('\\n'));
  if (quote === undefined || unsafe) {
    throw new RangeError(
      `${name} cannot be written into a .env file: ${JSON.stringify(value)} holds all kinds of quotes, or a line break.`,
    );
  }
  return `${name}=${quote}${value}${quote}`;
}
