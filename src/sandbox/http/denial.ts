import type { Answer } from './answer.js';
import { outlookRefusal } from './graph-errors.js';

/** Why Exchange refuses a request. */
export class Denial {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly message: string,
  ) {}
}

export function denial(status: number, code: string, message: string): Denial {
  return new Denial(status, code, message);
}

export function isDenial(value: object): value is Denial {
  return value instanceof Denial;
}

export function denied({ status, code, message }: Denial): Answer {
  return outlookRefusal(status, code, message);
}

export const messageTooLarge = denial(
  400,
  'ErrorMessageSizeExceeded',
  'The message exceeds the maximum supported size.',
);

export const itemNotFound = denial(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

/** Graph's status and code for it are not known: inferred. */
export const notADraft = denial(400, 'ErrorInvalidOperation', 'The message is not a draft: it was sent already.');
