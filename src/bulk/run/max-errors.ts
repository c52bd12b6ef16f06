import { shown } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';

/** Failed sends after which a run pauses: a number, a share of the rows, or never. */
export type MaxErrors = number | `${number}%` | false;

/** At least so many, whatever share that is of a short list. */
const fewest = 20;
const usualShare = 0.05;

/** The number of failed sends at which a run pauses. `rows` is `undefined` where nobody knows how many there are. */
export function errorThreshold(maxErrors: MaxErrors | undefined, rows: number | undefined): number {
  if (maxErrors === false) return Number.POSITIVE_INFINITY;
  if (maxErrors === undefined) return Math.max(fewest, Math.ceil(usualShare * (rows ?? 0)));
  if (typeof maxErrors === 'number' && Number.isInteger(maxErrors) && maxErrors > 0) return maxErrors;
  const share = /^(\d{1,2}(?:\.\d+)?|100)%$/.exec(String(maxErrors))?.[1];
  if (share === undefined || Number(share) === 0) {
    throw new BulkInputError(`maxErrors is a number from 1, a share like "5%", or false, not ${shown(maxErrors)}`);
  }
  if (rows === undefined) {
    throw new BulkInputError(
      `maxErrors cannot be a share ("${share}%") of rows that nobody has counted; give a number`,
    );
  }
  return Math.max(1, Math.ceil((Number(share) * rows) / 100));
}
