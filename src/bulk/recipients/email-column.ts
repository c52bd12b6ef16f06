import { quote } from '../common/errors.js';
import { nearestName, plainName } from '../common/nearest-name.js';

/**
 * What people and programs call the column of the address: Outlook, Google Contacts, Thunderbird, and people who type a header,
 * in English, German, French, Spanish and Italian. Compared without case, accents, spaces and punctuation.
 */
const emailNames: ReadonlySet<string> = new Set(
  [
    ...['Email', 'Email Address', 'Email ID', 'Mail', 'Primary Email', 'Primary Email Address'],
    ...['E-Mail-Adresse', 'Mail-Adresse', 'Primäre E-Mail', 'Primäre E-Mail-Adresse'],
    ...['Adresse de messagerie', 'Adresse de messagerie électronique', 'Adresse e-mail', 'Adresse mail', 'Courriel'],
    ...['Adresse courriel', 'Adresse de courriel', 'Courrier électronique', 'Adresse de courrier électronique'],
    ...['Adresse électronique', 'Adresse e-mail principale', 'E-mail principal'],
    ...[
      'Correo electrónico',
      'Dirección de correo electrónico',
      'Correo',
      'Dirección de correo',
      'Dirección de e-mail',
    ],
    ...['Correo electrónico principal', 'Dirección electrónica'],
    ...['Indirizzo di posta elettronica', 'Indirizzo posta elettronica', 'Posta elettronica', 'Indirizzo e-mail'],
    ...['Indirizzo mail', 'Indirizzo di e-mail', 'E-mail principale', 'E-mail primaria'],
  ].map(plainName),
);

/** A second address of the same person. Outlook and Google number theirs. */
const furtherNames: ReadonlySet<string> = new Set(
  ['Secondary Email', 'Secondary Email Address', 'Sekundäre E-Mail-Adresse', 'E-mail secondaire', 'E-mail secondaria']
    .concat('Correo electrónico secundario', 'Alternate Email', 'Alternate Email Address')
    .map(plainName),
);

/** Whether a name is one of those of the column of the address: the first address of a person, or a further one. */
export function emailNameKind(name: string): 'first' | 'further' | undefined {
  const text = plainName(name);
  if (emailNames.has(text)) return 'first';
  if (furtherNames.has(text)) return 'further';
  const [, before = '', number, after = ''] = /^(\D*)(\d+)(\D*)$/.exec(text) ?? [];
  // Google writes "E-mail 1 - Value", and the German Outlook "E-Mail 2: Adresse".
  if (number === undefined || !emailNames.has(before + after.replace(/^(?:value|wert|valeur|valor|valore)$/, ''))) {
    return undefined;
  }
  return Number(number) === 1 ? 'first' : 'further';
}

/**
 * Which column holds the address. Without `wanted`: the one named `email`, written so; else the only one with another
 * {@link emailNameKind known name} that is no further address.
 * @returns its index, or what is wrong with the header
 */
export function findEmailColumn(columns: readonly string[], wanted?: string): number | string {
  if (wanted !== undefined) return findNamed(columns, wanted.trim());
  const exact = columns.indexOf('email');
  if (exact !== -1) return exact;
  const kinds = columns.map(emailNameKind);
  const first = columns.flatMap((_, index) => (kinds[index] === 'first' ? [index] : []));
  const [only, ...others] = first;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const names = first.map((index) => quote(columns[index] as string)).join(' and ');
    return `the columns ${names} may each hold the address: say which one with the option emailColumn`;
  }
  const further = columns.filter((_, index) => kinds[index] === 'further').map(quote);
  if (further.length === 0) return `the header names no column "email", only ${columns.map(quote).join(', ')}`;
  return `the header names no first e-mail address, only ${further.join(' and ')}: if that is meant, name it with the option emailColumn`;
}

function findNamed(columns: readonly string[], wanted: string): number | string {
  const exact = columns.indexOf(wanted);
  if (exact !== -1) return exact;
  const alike = columns.filter((column) => plainName(column) === plainName(wanted));
  if (alike.length === 1) return columns.indexOf(alike[0] as string);
  const near = nearestName(wanted, columns);
  const meant = near === undefined ? '' : `; did you mean ${quote(near)}?`;
  const names = `the header names no column ${quote(wanted)}, which the option emailColumn asks for`;
  return `${names}, only ${columns.map(quote).join(', ')}${meant}`;
}
