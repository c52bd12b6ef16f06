import { button, type Child, element } from '../elements/dom.js';

/** Stands in a list in which a search has found nothing. */
export function notFound(sentence: string, label: string, clear: () => void): Child[] {
  return [element('p', {}, sentence), button(label, clear)];
}
