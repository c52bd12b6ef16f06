import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { commandsOfText } from '../../documents/printed-commands.js';
import { BulkEnvironment, runFolder } from './support.js';

let sandbox: Sandbox;
let environment: BulkEnvironment;
let envFile: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  environment = new BulkEnvironment(sandbox);
  environment.recipients(3);
  const { url, ca, options } = sandbox;
  envFile = environment.write(
    "it's here/my.env",
    [
      ...[`AZURE_TENANT_ID=${options.tenantId}`, `AZURE_CLIENT_ID=${options.clientId}`],
      ...[`AZURE_AUTHORITY_HOST=${url}`, `GRAPH_MAIL_GRAPH_HOST=${url}`, `GRAPH_MAIL_MAILBOX=${options.mailbox}`],
      ...[`GRAPH_MAIL_CERTIFICATE='${options.certificate}'`, `NODE_EXTRA_CA_CERTS=${environment.write('ca.pem', ca)}`],
    ].join('\n'),
  );
});
afterEach(async () => {
  environment.remove();
  await sandbox.close();
});

/** The commands of a text, without what starts the program. */
const printedBy = (text: string) => commandsOfText(text).map(({ words }) => words.slice(words.indexOf('bulk') + 1));

it('whatever is printed about a run goes on with it as it stands, with the .env file that it was begun with', async () => {
  const suppress = environment.write('no body.txt', '');
  const begun = await environment.run(['--env-file', envFile, '--suppress', suppress, '--limit', '1']);
  expect(begun.code).toBe(4);
  const folder = runFolder(begun);
  const resume = ['resume', path.relative('', folder).length < folder.length ? path.relative('', folder) : folder];
  const status = await environment.bulk(['status', folder]);
  const again = await environment.run(['--env-file', envFile, '--suppress', suppress]);
  for (const { out, err } of [begun, status, again]) {
    const [first, ...others] = printedBy(out + err);
    expect(first?.slice(0, 2)).toEqual(resume);
    expect(first?.indexOf('--env-file')).toBe(2);
    expect(path.resolve(first?.[3] ?? '')).toBe(envFile);
    for (const words of others) expect(words).toContain('--env-file');
  }
  expect(await environment.bulk(printedBy(status.out)[0] ?? [])).toMatchObject({ code: 0, err: '' });
  expect(sandbox.stats().submissions).toBe(3);
  const report = readFileSync(path.join(folder, 'report.html'), 'utf8').replaceAll('&#39;', "'");
  const [bounces] = [...report.matchAll(/<pre>(.*?)<\/pre>/g)].flatMap(([, command = '']) => printedBy(command));
  expect(bounces).toEqual(['bounces', folder, '--env-file', envFile]);
});

it('a run that was begun without a .env file is gone on with without one', async () => {
  const begun = await environment.run(['--no-env-file', '--limit', '1']);
  expect(printedBy(begun.out)[0]).toContain('--no-env-file');
  expect(printedBy((await environment.run(['--limit', '1'])).err).flat()).not.toContain('--no-env-file');
});
