import { editDistance } from '../../common/edit-distance.js';

/** A name without case, accents, spaces and punctuation: by these, people spell the same name in several ways. */
export function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

const mostCompared = 1_000;

/** The one of the names that was probably meant: it differs in case, spaces, punctuation, or a letter or two. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const text = plainName(written);
  if (text === '') return undefined;
  // Of short names, two letters make quite another one.
  const most = text.length < 4 ? 1 : 2;
  const candidates = names.slice(0, mostCompared).map((name) => ({ name, plain: plainName(name) }));
  const alike = candidates.find(({ plain }) => plain === text);
  if (alike) return alike.name;
  const [best] = candidates
    .filter(({ plain }) => Math.abs(plain.length - text.length) <= most)
    .map(({ name, plain }) => ({ name, distance: editDistance(plain, text) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}
