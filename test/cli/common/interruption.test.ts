import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { onInterruption, onInterruptions } from '../../../src/cli/common/interruption.js';

it('one stage comes at each interruption, and the one after the last is left to the system', () => {
  const signals = new EventEmitter();
  const did: string[] = [];
  onInterruptions([() => did.push('stop'), () => did.push('abort')], signals);
  signals.emit('SIGTERM');
  expect(did).toEqual(['stop']);
  expect(signals.listenerCount('SIGINT')).toBe(1);
  signals.emit('SIGINT');
  expect(did).toEqual(['stop', 'abort']);
  expect(signals.eventNames()).toEqual([]);
});

it('nothing is listened for once that is over', async () => {
  const signals = new EventEmitter();
  onInterruptions([() => {}, () => {}], signals)();
  expect(signals.eventNames()).toEqual([]);
  const interruption = onInterruption(signals);
  signals.emit('SIGINT');
  await interruption.happened;
  expect(signals.eventNames()).toEqual([]);
});
