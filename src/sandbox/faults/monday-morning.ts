import type { Scenario } from './scenarios.js';

const times = Number.POSITIVE_INFINITY;

/** Everybody sends at once. Code, words and the decimal Retry-After are those that Graph is known to use. */
export const mondayMorning: Omit<Scenario, 'name'> = {
  description:
    'Throttling: 429 with Retry-After now and then, a mailbox over its limit, slower answers, a slow sign-in.',
  rules: [
    {
      on: ['sendMail', 'createDraft', 'sendDraft', 'addAttachment', 'lookup'],
      probability: 0.15,
      status: 429,
      headers: { 'Retry-After': '1' },
    },
    {
      on: ['sendMail', 'sendDraft', 'uploadChunk'],
      every: 9,
      status: 429,
      code: 'ApplicationThrottled',
      message: 'Application is over its MailboxConcurrency limit.',
      headers: { 'Retry-After': '1.128' },
    },
    { on: ['sendMail', 'createDraft'], probability: 0.03, status: 503, headers: { 'Retry-After': '2' } },
    { on: 'any', times, delay: { min: 50, max: 400 } },
  ],
};
