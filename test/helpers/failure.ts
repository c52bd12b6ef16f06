import { inspect } from 'node:util';
import { expect } from 'vitest';
import { GraphMailError } from '../../src/common/errors.js';

/** The error that `promise` ends with; anything but a GraphMailError fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<GraphMailError> {
  const ended = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in ended)) throw new Error(`expected a failure, but got ${inspect(ended.value)}`);
  if (!(ended.error instanceof GraphMailError)) throw ended.error;
  return ended.error;
}

/** The error that `action` throws at once. */
export function thrownBy(action: () => unknown): GraphMailError {
  try {
    action();
  } catch (error) {
    if (error instanceof GraphMailError) return error;
    throw error;
  }
  throw new Error('expected it to throw');
}

/** Neither printing nor serialising `value` shows any of `secrets`. */
export function expectNoSecrets(value: unknown, secrets: readonly string[]): void {
  const printed = [
    inspect(value, { depth: 10, showHidden: true, maxStringLength: null, maxArrayLength: null }),
    value instanceof Error ? JSON.stringify(value) : '',
    value instanceof Error ? String(value.stack) : '',
    value instanceof Error ? JSON.stringify(value, Object.getOwnPropertyNames(value)) : '',
  ].join('\n');
  for (const secret of secrets) expect(printed).not.toContain(secret);
}

/** Pieces by which a private key would be recognised wherever it turned up. */
export function keyPieces(pem: string): string[] {
  const lines = pem.split('\n').filter((line) => /^[A-Za-z0-9+/=]{64}$/.test(line));
  return ['PRIVATE KEY', ...lines.slice(2, 6)];
}
