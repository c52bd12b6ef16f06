import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';
import { describeInBrowser, openPage } from './support.js';

describeInBrowser('the faults on the inbox page', () => {
  it('adds one that then applies, counts it and takes it back', async () => {
    const client = await startClient();
    const page = await openPage(client, { hash: '#/faults' });
    await page.getByText('No fault is set').waitFor();
    const form = page.getByRole('form', { name: 'New fault' });
    await form.getByLabel('Status', { exact: true }).fill('503');
    await form.getByLabel('Retry-After').fill('7');
    await form.getByLabel('Times').fill('2');
    await form.getByText('Only some requests').click();
    await form.getByLabel('Recipient', { exact: true }).fill('zoe@example.com');
    const sentence =
      'Each of the next 2 sendMail requests to zoe@example.com is answered 503 with Retry-After: 7, and the message is not sent.';
    await expect.poll(() => form.getByRole('status').textContent()).toBe(sentence);
    await form.getByRole('button', { name: 'Add fault' }).click();
    const table = page.getByRole('list', { name: 'Faults in force' });
    await table.getByText(sentence).waitFor();
    await table.getByText('2 left').waitFor();
    expect((await client.sendMail(mail())).status).toBe(202);
    const reply = await client.sendMail(mail({ To: 'zoe@example.com' }));
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '7']);
    await table.getByText('1 left').waitFor();
    await table.getByText('applied 1 time').waitFor();
    await page.getByRole('button', { name: 'Remove the fault on sendMail' }).click();
    await page.getByText('No fault is set').waitFor();
    expect((await client.sendMail(mail({ To: 'zoe@example.com' }))).status).toBe(202);
  });

  it('adds one without end that tears connections down, and removes all', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const page = await openPage(client, { hash: '#/faults' });
    const form = page.getByRole('form', { name: 'New fault' });
    await form.getByLabel('What happens').selectOption('reset:before-answer');
    await form.getByLabel('Every time, until it is removed').check();
    await form.getByRole('button', { name: 'Add fault' }).click();
    await page.getByText('until it is removed · applied 0 times').waitFor();
    for (const _ of [1, 2, 3]) await expect(client.sendMail(mail(), { token })).rejects.toThrow();
    await page.getByText('applied 3 times').waitFor();
    await page.getByRole('button', { name: 'Remove all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No fault is set').waitFor();
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });

  it('tells in the words of the sandbox what is wrong about a rule', async () => {
    const client = await startClient();
    const page = await openPage(client, { hash: '#/faults' });
    const form = page.getByRole('form', { name: 'New fault' });
    await form.getByLabel('Request').selectOption('token');
    await form.getByText('Only some requests').click();
    await form.getByLabel('Recipient', { exact: true }).fill('zoe@example.com');
    await form.getByRole('button', { name: 'Add fault' }).click();
    await expect.poll(() => form.getByRole('alert').textContent()).toMatch(/^"recipient" is given with on: "token"/);
    await page.getByText('No fault is set').waitFor();
  });

  it('chooses a scenario and leaves it', async () => {
    const client = await startClient();
    const page = await openPage(client, { hash: '#/faults' });
    const choice = page.getByLabel('Scenario');
    await choice.locator('option[value=failover]').waitFor({ state: 'attached' });
    await choice.selectOption('failover');
    const scenario = async (): Promise<unknown> => {
      const answer = await fetch(`${client.sandbox.inboxUrl}api/faults`);
      return ((await answer.json()) as { scenario: unknown }).scenario;
    };
    await expect.poll(scenario).toBe('failover');
    await choice.selectOption('');
    await expect.poll(scenario).toBe(null);
  });

  it('shows what each mailbox uses of the limits as it does', async () => {
    const client = await startClient({ mailboxConcurrency: 4 });
    const page = await openPage(client, { hash: '#/faults' });
    await page.getByText('No mailbox has been used yet.').waitFor();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', delay: 3000, times: 3 });
    const sent = [1, 2, 3].map((n) => client.sendMail(mail({ 'Message-ID': `<${n}@x.example>` }), { token }));
    const inFlight = page.getByRole('meter', { name: 'In flight' });
    await expect.poll(() => inFlight.getAttribute('aria-valuetext'), { timeout: 2500 }).toBe('3 of 4');
    await Promise.all(sent);
    await expect.poll(() => inFlight.getAttribute('aria-valuetext')).toBe('0 of 4');
    const requests = page.getByRole('meter', { name: 'Requests in 10 min' });
    expect(await requests.getAttribute('aria-valuetext')).toBe('3 of 10,000');
  });
});
