import { describe, expect, it } from 'vitest';
import { readRule, ruleSentence } from '../../../../src/sandbox/page/faults/rule.js';

describe('the form of a fault', () => {
  it.each([
    [
      { on: 'sendMail', kind: 'status', status: '503' },
      { on: 'sendMail', status: 503 },
    ],
    [
      {
        on: 'sendMail',
        kind: 'status',
        status: '503',
        retryAfter: ' 7 ',
        times: '3',
        recipient: ' a@b.example',
        delivered: 'on',
      },
      {
        on: 'sendMail',
        status: 503,
        headers: { 'Retry-After': '7' },
        times: 3,
        recipient: 'a@b.example',
        delivered: true,
      },
    ],
    [
      { on: 'any', kind: 'slow', status: '503', delay: '200', endless: 'on', times: '4' },
      { on: 'any', delay: 200, times: null },
    ],
    [
      { on: 'sendMail', kind: 'reset:mid-body', probability: '0.5' },
      { on: 'sendMail', reset: 'mid-body', probability: 0.5 },
    ],
    [
      { on: 'token', kind: 'aadsts', aadsts: '700027' },
      { on: 'token', aadsts: 700027 },
    ],
    [
      { on: 'lookup', kind: 'silence' },
      { on: 'lookup', silence: true },
    ],
    [
      { on: 'lookup', kind: 'claimsChallenge' },
      { on: 'lookup', claimsChallenge: true },
    ],
  ])('%j', (fields, rule) => {
    expect(readRule(fields)).toEqual(rule);
  });
});

describe('a fault in words', () => {
  it.each([
    [{ on: 'sendMail', status: 503 }, 'The next sendMail request is answered 503, and the message is not sent.'],
    [
      { on: 'sendMail', status: 504, delivered: true, times: 3 },
      'Each of the next 3 sendMail requests is answered 504, and the message is sent all the same.',
    ],
    [
      { on: 'sendMail', status: 429, headers: { 'Retry-After': '7' }, every: 10 },
      'Every 10th sendMail request is answered 429 with Retry-After: 7, and the message is not sent.',
    ],
    [
      { on: 'createDraft', status: 500, code: 'ErrorInternalServerError', every: 2, times: 1, delivered: true },
      'Every 2nd createDraft request, once, is answered 500 ErrorInternalServerError, and carried out all the same.',
    ],
    [
      { on: ['sendMail', 'createDraft', 'sendDraft'], status: 503, times: null, mailbox: 'a@b.example' },
      'Every sendMail, createDraft or sendDraft request for the mailbox a@b.example is answered 503.',
    ],
    [
      { on: 'sendMail', status: 500, after: 1, recipient: 'zoe@example.com' },
      'After one that is let through, the next sendMail request to zoe@example.com is answered 500, and the message is not sent.',
    ],
    [
      { on: 'lookup', delay: { min: 300, max: 2000 }, probability: 0.25, after: 3 },
      'After 3 that are let through, every lookup request, with a chance of 25 %, is answered as usual after 300–2000 ms.',
    ],
    [{ on: 'token', aadsts: 700027 }, 'The next token request fails to sign in with AADSTS700027.'],
    [
      { on: 'any', reset: 'mid-body', times: null, recipientDomain: 'example.com' },
      'Every request to anyone at example.com loses its connection in the middle of its body.',
    ],
    [
      { on: 'sendMail', silence: true, subject: 'Hello' },
      'The next sendMail request with the subject “Hello” is never answered, and the message is not sent.',
    ],
    [
      { on: 'sendMail', claimsChallenge: true, subjectContains: 'order', delay: 200 },
      'The next sendMail request with “order” in the subject is answered 401 with a claims challenge after 200 ms.',
    ],
    [{ on: 'any', drip: 500 }, 'The next request is answered as usual spread over 500 ms.'],
    [
      { on: 'sendMail', status: Number.NaN },
      'The next sendMail request is answered (no status yet), and the message is not sent.',
    ],
  ])('%j', (rule, sentence) => {
    expect(ruleSentence(rule)).toBe(sentence);
  });
});
