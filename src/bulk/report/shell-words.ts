import { quoteSh } from '../../quote-sh.js';

/** A command to copy, with every word quoted that the shell of this system would otherwise take apart. Pure. */
export function shellCommand(words: readonly string[], platform: NodeJS.Platform): string {
  return words.map((word) => shellWord(word, platform)).join(' ');
}

function shellWord(word: string, platform: NodeJS.Platform): string {
  if (/^[\w@./:\\-]+$/.test(word) && (platform === 'win32' || !word.includes('\\'))) return word;
  return platform === 'win32' ? `"${word.replace(/"/g, '""')}"` : quoteSh(word);
}
