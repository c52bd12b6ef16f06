// What Excel, LibreOffice and Google Sheets take for the beginning of a formula, also in full width.
const formulaStart = '[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]';
const atStart = new RegExp(`^(?:[\\t\\r\\n]|${formulaStart})`);
// Where the list separator of the system is a semicolon, Excel splits at it even inside our quotes, and then a cell begins.
const afterSeparator = new RegExp(`([;\\t\\r\\n]["']*)(?=${formulaStart})`, 'g');

/**
 * A value that a spreadsheet shows as text and never runs: one that could begin a formula gets an apostrophe in front (OWASP,
 * "CSV Injection").
 */
export function guardFormula(value: string): string {
  const guarded = value.replace(afterSeparator, "$1'");
  return atStart.test(guarded) ? `'${guarded}` : guarded;
}
