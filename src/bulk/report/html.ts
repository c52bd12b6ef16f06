/** HTML that is safe as it stands: made by {@link html} only. */
export class SafeHtml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type HtmlValue = string | number | undefined | false | SafeHtml | readonly HtmlValue[];

/** A template whose values are escaped, unless they are such a template themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  return new SafeHtml(parts.map((part, i) => part + (i < values.length ? written(values[i]) : '')).join(''));
}

function written(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof SafeHtml) return value.text;
  if (typeof value === 'object') return value.map(written).join('');
  return escapeHtml(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
// Control characters and halves of surrogate pairs are no HTML, and letters that turn the direction could dress up what
// stands after them.
const unprintable = /(?![\t\n])[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/**
 * Text as it is shown, in an element or in a quoted attribute.
 * @internal
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (char) => entities[char] ?? '').replace(unprintable, '\ufffd');
}
