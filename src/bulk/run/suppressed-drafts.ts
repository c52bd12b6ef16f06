import type { RunState } from '../journal/run-state.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import type { SuppressionList } from '../suppression/suppression-list.js';

/**
 * The drafts of earlier sessions whose recipients are on the suppression list by now, with the entry, by row. They are not to
 * be sent any more. An iterable can be read only once, so of its rows nothing can be told here.
 */
export async function suppressedDrafts(
  source: RecipientsSource,
  state: RunState,
  suppression: SuppressionList,
): Promise<Map<number, string>> {
  const drafts = new Set<number>();
  for (const { row, draftId } of [...state.unknowns(), ...state.waitingDrafts()]) {
    if (draftId !== undefined) drafts.add(row);
  }
  const suppressed = new Map<number, string>();
  if (drafts.size === 0 || source.format === 'rows') return suppressed;
  for await (const { number, values } of source.rows()) {
    if (!drafts.delete(number)) continue;
    const entry = await suppression.match(String(values.email));
    if (entry !== undefined) suppressed.set(number, entry);
    if (drafts.size === 0) break;
  }
  return suppressed;
}
