import { BulkInputError } from '../common/errors.js';

// In an attribute or in CSS: src="cid:logo", background=cid:logo, url(cid:logo).
const reference = /["'(=]\s*cid:([^"')>\s]*)/gi;

/** The names that a template's HTML shows as `cid:name`. */
export function inlineReferences(html: string): Set<string> {
  const names = new Set<string>();
  for (const [, name = ''] of html.matchAll(reference)) {
    if (name === '' || name.includes('{{')) {
      throw new BulkInputError(`The HTML has "cid:${name}": name the image's file there, so that it can be attached`);
    }
    names.add(name);
  }
  return names;
}
