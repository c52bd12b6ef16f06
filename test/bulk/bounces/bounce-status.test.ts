import { describe, expect, it } from 'vitest';
import { classifyStatus, isHard } from '../../../src/bulk/bounces/bounce-status.js';

describe('what an enhanced status code says is at fault', () => {
  it.each([
    ['5.1.1', '', 'address'],
    ['5.1.10', 'RESOLVER.ADR.RecipientNotFound', 'address'],
    ['5.1.10', 'Domain has null MX', 'address'],
    ['5.1.2', '', 'address'],
    ['5.1.351', 'Remote server returned unknown recipient', 'address'],
    ['5.2.1', 'The account is disabled', 'address'],
    ['5.4.1', 'Recipient address rejected: Access denied', 'address'],
    ['5.4.310', 'DNS domain b.example does not exist', 'address'],
    ['5.7.17', 'Mailbox owner has changed', 'address'],
    ['5.7.504', 'Recipient address rejected: Access denied', 'address'],
    ['5.1.8', 'Access denied, bad outbound sender', 'sender'],
    ['5.1.90', 'You have reached your daily limit', 'sender'],
    ['5.2.2', 'Submission quota exceeded', 'sender'],
    ['5.7.23', 'SPF violation', 'sender'],
    ['5.7.232', 'Your trial tenant has exceeded its daily limit', 'sender'],
    ['5.7.233', 'Your tenant has exceeded its daily limit', 'sender'],
    ['5.7.236', 'Your onmicrosoft.com domain', 'sender'],
    ['5.7.606', 'Access denied, banned sending IP', 'sender'],
    ['5.7.705', 'Access denied, tenant has exceeded threshold', 'sender'],
    ['5.7.750', 'Client blocked from sending from unregistered domains', 'sender'],
    ['5.1.0', 'MailFrom domain is listed in Spamhaus', 'sender'],
    ['5.2.2', 'Mailbox full', 'mailbox'],
    ['5.2.121', "Recipient's per hour message receive limit exceeded", 'mailbox'],
    ['5.2.122', '', 'mailbox'],
    ['5.2.1', 'The user is receiving mail at a rate that prevents more', 'mailbox'],
    ['5.2.3', '', 'content'],
    ['5.3.4', '', 'content'],
    ['5.5.3', 'too many recipients', 'content'],
    ['5.6.11', 'Invalid characters', 'content'],
    ['5.7.1', 'Message rejected as spam', 'policy'],
    ['5.7.133', 'Sender not authenticated for group', 'policy'],
    ['5.2.1', 'The content filter agent quarantined this message', 'policy'],
    ['4.4.7', 'Message expired', 'route'],
    ['5.4.6', 'Routing loop detected', 'route'],
    ['5.4.300', 'Message expired', 'route'],
    ['5.4.1', 'Relay access denied', 'route'],
    ['5.0.0', '550 No such user here', 'address'],
    ['5.5.0', '550 Requested action not taken: the mailbox jo does not exist', 'address'],
    ['5.0.0', '552 mailbox over quota', 'mailbox'],
    ['5.0.0', '554 Transaction failed', 'other'],
    ['9.9', 'nonsense', 'other'],
  ])('%s %s: %s', (status, words, fault) => {
    expect(classifyStatus(status, words).fault).toBe(fault);
  });

  it('reads the code in the words of the server where there is none of its own', () => {
    expect(classifyStatus(undefined, '550-5.1.1 The account does not exist')).toMatchObject({
      status: '5.1.1',
      fault: 'address',
    });
    expect(classifyStatus(undefined, 'host 10.5.1.1 said no')).toEqual({
      fault: 'other',
      meaning: 'It was not delivered',
    });
  });
});

describe('a bounce is hard', () => {
  const hard = (action: string, status: string, words = '') => isHard(action, classifyStatus(status, words));

  it('when the address is at fault, for good', () => {
    expect(hard('failed', '5.1.1')).toBe(true);
  });

  it.each([
    ['failed', '4.1.1', 'the server wants to be asked again'],
    ['delayed', '5.1.1', 'it is still being tried'],
    ['delivered', '2.1.5', 'it arrived'],
    ['failed', '5.2.2', 'the mailbox is full'],
    ['failed', '5.7.233', 'our tenant is over its limit'],
    ['failed', '5.7.1', 'a policy refused this mail'],
    ['failed', '5.0.0', 'nobody knows why'],
  ])('not when %s %s: %s', (action, status) => {
    expect(hard(action, status)).toBe(false);
  });
});
