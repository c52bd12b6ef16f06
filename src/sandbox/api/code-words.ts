/** A word as it stands in a text, of any script: no letter before it and none behind it. */
function word(pattern: string, flags = 'giu'): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, flags);
}

/** Words for a one-time code. Compounds of German, Dutch and the Nordic languages end in one. */
export const CODE_WORDS = new RegExp(
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

/** Labels of numbers that are no codes. */
export const OTHER_LABEL = word(
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

/** What is to be looked at as if it were not there: it holds numbers that are no codes, or words that mean another code. */
export const HIDDEN: readonly RegExp[] = [
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
