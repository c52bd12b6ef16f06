import type { HttpAnswer } from './http.js';

/**
 * Where an upload session wants to go on, from `nextExpectedRanges` (`["2097152"]` or `["0-"]`; Graph documentation,
 * "Attach large files"). (fact upload-6)
 * @param size bytes of the whole file
 * @returns `undefined` when it does not say
 */
export function nextPosition(answer: HttpAnswer, size: number): number | undefined {
  try {
    const [range]: unknown[] = JSON.parse(answer.body).nextExpectedRanges;
    const start = /^(\d+)(-\d*)?$/.exec(String(range))?.[1];
    return start !== undefined && Number(start) < size ? Number(start) : undefined;
  } catch {
    return undefined;
  }
}
