import type { FaultTarget } from './fault-rule.js';
import type { Scenario } from './scenarios.js';

const on: readonly FaultTarget[] = ['sendMail', 'createDraft', 'sendDraft', 'addAttachment', 'uploadChunk'];

/** Servers change behind the gateway: what a client is told is not always what was done. */
export const failover: Omit<Scenario, 'name'> = {
  description:
    '503 with and without Retry-After, 502, 504 and torn connections, with the message delivered or lost; one failed sign-in.',
  rules: [
    { on: 'token', aadsts: 90033 },
    { on, probability: 0.08, status: 503, headers: { 'Retry-After': '1' } },
    { on, probability: 0.04, status: 503 },
    { on, probability: 0.03, status: 502 },
    { on, probability: 0.04, status: 504 },
    { on, probability: 0.04, status: 504, delivered: true },
    { on, probability: 0.02, reset: 'before-answer' },
    { on, probability: 0.02, reset: 'before-answer', delivered: true },
    { on: ['sendMail', 'createDraft', 'addAttachment', 'uploadChunk'], probability: 0.02, reset: 'mid-body' },
  ],
};
