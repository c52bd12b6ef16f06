// Characters of the text to look into, and of the subject.
const LONGEST = 20_000;
const LONGEST_SUBJECT = 1_000;
// Scripts that write words without spaces between, so that a code may touch them.
const UNSPACED = '(?!\\p{Script=Han}|\\p{Script=Hiragana}|\\p{Script=Katakana}|\\p{Script=Hangul})';
// Digits alone or in two groups, or capitals and digits, alone or in groups. What touches other characters is a part of
// something else.
const CANDIDATE = new RegExp(
  [
    `(?<!${UNSPACED}[\\p{L}\\p{N}_.,:/#+@&=-])`,
    '(?:\\d{4,8}|\\d{3}[ -]\\d{3}|\\d{4}[ -]\\d{4}|[A-Z0-9]{1,6}(?:-[A-Z0-9]{2,6}){1,3}|[A-Z0-9]{4,10}|[a-z0-9]{5,8})',
    `(?!${UNSPACED}[\\p{L}\\p{N}_@%/-]|[.,:]\\d)`,
  ].join(''),
  'gu',
);
// How far from its word a code may stand: in a sentence, and on a line of its own.
const IN_SENTENCE = 60;
const ON_OWN_LINE = 240;
const SENTENCE_END = /[.!?。！？](?:\s|$)|\n\s*\n/;

interface Found {
  code: string;
  /** Characters to its word; less is better. */
  far: number;
}

/**
 * What looks like a one-time code in a message, most likely first: 4 to 8 digits, or groups of letters and digits as
 * `ABC-123`, near a word for it. A guess: years, prices, dates, phone and order numbers are left out as far as they can be
 * recognised. Digits are given without spaces between.
 */
export function findCodes(subject: string, text: string): string[] {
  // The word may stand in the subject alone.
  const found = codesIn(`${subject.slice(0, LONGEST_SUBJECT)}\n${text.slice(0, LONGEST)}`);
  return [...new Set(found.sort((a, b) => a.far - b.far).map(({ code }) => code))];
}

function codesIn(given: string): Found[] {
  const text = HIDDEN.reduce((rest, pattern) => rest.replace(pattern, (whole) => ' '.repeat(whole.length)), given);
  const words = [...text.matchAll(CODE_WORDS)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
  if (words.length === 0) return [];
  const found: Found[] = [];
  for (const { 0: written, index } of text.matchAll(CANDIDATE)) {
    if (!/\d/.test(written)) continue;
    const far = distance(text, index, index + written.length, words);
    // A year, and a word in small letters, is a code only when it follows at once.
    const doubtful = /^(?:19|20)\d\d$/.test(written) || /[a-z]/.test(written);
    if (far === undefined || (doubtful && far > 6)) continue;
    found.push({ code: /^[\d ]+$/.test(written) ? written.replace(' ', '') : written, far });
  }
  return found;
}

/** From the nearest word that a code at this place can belong to; undefined when there is none. */
function distance(
  text: string,
  start: number,
  end: number,
  words: { start: number; end: number }[],
): number | undefined {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const alone = line.trim() === '' && /^[^\S\n]*(?:\n|$)/.test(text.slice(end, end + 40));
  const before = words.findLast((word) => word.end <= start);
  let far: number | undefined;
  if (before) {
    const gap = text.slice(before.end, start);
    const near = alone ? gap.length <= ON_OWN_LINE : gap.length <= IN_SENTENCE && !SENTENCE_END.test(gap);
    if (near && !OTHER_LABEL.test(gap)) far = gap.trim().length;
  }
  const after = words.find((word) => word.start >= end);
  if (after) {
    const gap = text.slice(end, after.start);
    const label = text.slice(Math.max(0, start - 30), start);
    const near = gap.length <= IN_SENTENCE / 2 && !SENTENCE_END.test(gap) && !/[\n:]/.test(gap);
    if (near && !OTHER_LABEL.test(label) && !OTHER_LABEL.test(gap))
      far = Math.min(far ?? Infinity, gap.trim().length + 1);
  }
  return far;
}

/** A word as it stands in a text, of any script: no letter before it and none behind it. */
function word(pattern: string, flags = 'giu'): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, flags);
}

/** Words for a one-time code. Compounds of German, Dutch and the Nordic languages end in one. */
const CODE_WORDS = new RegExp(
  [
    word('\\p{L}*(?:codes?|kode|koden|koodi|koodisi|kod|kodu|kodunuz|kodas|kods)').source,
    word('PIN|pin[- ]?code|one[- ]time (?:password|passcode|pin)|passcodes?|OTP|[ms]?-?TAN|2FA').source,
    word('einmal(?:passwort|kennwort|pin)|eenmalig wachtwoord|mot de passe (?:à usage )?unique').source,
    word('c[oó]digos?(?: de \\p{L}+)?|codice(?: di \\p{L}+)?|contraseña de un solo uso|clave|código').source,
    word('kód\\p{L}*|код\\p{L}*|пароль|κωδικός|κωδικό').source,
    'コード|認証番号|验证码|驗證碼|校验码|인증번호|인증 ?코드|رمز|קוד',
  ].join('|'),
  'giu',
);

/** Labels of numbers that are not codes. */
const OTHER_LABEL = word(
  [
    'orders?|order (?:no|number)|invoice|receipt|reference|ref|ticket|case|tracking|customer|account|phone|tel|fax|call|total|amount',
    '\\p{L}*bestell\\p{L}*|auftrag\\p{L}*|\\p{L}*rechnung\\p{L}*|\\p{L}*kunden\\p{L}*|vorgang\\p{L}*|telefon\\p{L}*|betrag|summe|gesamt\\p{L}*',
    'commande|facture|client|téléphone|montant|pedido|factura|cliente|teléfono|importe|ordine|fattura|telefono|importo|bestelling|zamówieni\\p{L}*',
    'version|copyright|room|zimmer|nr|no|n°|№',
  ].join('|'),
  'iu',
);

const UNITS =
  '€|\\$|£|¥|EUR|USD|GBP|CHF|PLN|SEK|kr|zł|euros?|dollars?|px|km|kg|MB|GB|KB|mins?|minut\\p{L}*|seconds?|sek\\p{L}*|secondes?|segundos?|secondi|hours?|stunden?|std|uhr|heures?|horas?|ore|days?|tagen?|jours?|días|dias|giorni|dagen|uur|分|分間|分钟|years?|jahren?|points?|punkte';

/** What is to be looked at as if it were not there: it holds numbers that are not codes, or words that mean another code. */
const HIDDEN: readonly RegExp[] = [
  /\b(?:https?:\/\/|www\.)\S+/gi,
  /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+/g,
  // Dates and times.
  /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b/g,
  /\b\d{1,2}\.? \p{L}{3,10}\.? \d{4}(?!\d)|\b\p{L}{3,10} \d{1,2}, \d{4}(?!\d)/gu,
  /(?:©|\(c\)|copyright)\s*\d{4}(?:\s?[-–]\s?\d{4})?/gi,
  // Phone numbers.
  /\+\d[\d ()./-]{6,}\d|\(\d{2,5}\) ?\d[\d -]{3,}\d|\b0\d{2,4}[ /-]\d{3,}(?:[ -]\d+)*\b|\b\d(?:-\d{3}){2}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b/g,
  // Prices, measures and spans of time.
  /(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF))\s?\d[\d.,]*/g,
  new RegExp(`(?<![\\d.,])\\d[\\d.,]{0,20}\\s?(?:${UNITS})(?![\\p{L}\\p{N}])`, 'giu'),
  // Numbers with a sign that they count something.
  /#\s?\d+/g,
  // Codes that open nothing.
  word(
    '(?:zip|post(?:al)?|area|promo\\p{L}*|discount|voucher|coupon|gift(?: card)?|error|status|exit|qr|source|country|tracking|booking|order|product|bar|dress|swift|sort|tax|referral) ?-?codes?',
  ),
  word('\\p{L}*(?:gutschein|rabatt|aktions|promo|fehler|post|bar|quell|qr|länder|buchungs|sendungs)-?codes?'),
  word(
    'codes? (?:promo\\p{L}*|postal|barres|source|of conduct|de réduction|erreur)|codice (?:fiscale|sconto|postale|promo\\p{L}*)',
  ),
  word('código (?:postal|promocional|de descuento|de barras|de desconto)|kod (?:pocztowy|rabatowy)'),
];
