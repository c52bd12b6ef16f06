import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Connection } from '../../src/sandbox/page/api/types.js';
import { type Snippet, snippets } from '../../src/sandbox/page/connect/snippets.js';
import { root } from '../helpers/run-node.js';
import { withTables } from './tables.js';

const file = path.join(root, 'docs/sandbox.md');

/** What the command's sandbox says of itself, on its default ports and seen from where it was started. */
const documented = {
  tenantId: '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee',
  clientId: 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee',
  mailbox: 'noreply@contoso.example',
  mailboxes: ['noreply@contoso.example'],
  authorityHost: 'https://localhost:8443',
  graphHost: 'https://localhost:8443',
  clientSecret: 'graph-sandbox',
  certificatePath: '.graph-sandbox/certificate.pem',
  caPath: '.graph-sandbox/ca.pem',
} satisfies Connection;

function asMarkdown({ title, about, file, command, language, text }: Snippet): string {
  const save =
    file === undefined ? '' : ` Save it as \`${file}\`${command === undefined ? '' : `, and run \`${command}\``}.`;
  return `### ${title}\n\n${about}${save}\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;
}

test('the page has the snippets as the sandbox gives them (npm run docs writes them)', async () => {
  const all = `\n${snippets(documented).map(asMarkdown).join('\n')}`;
  await expect(withTables(readFileSync(file, 'utf8'), { snippets: all })).toMatchFileSnapshot(file);
});

test('what stands in them is what the command says of its sandbox', async () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'connect-')));
  const main = path.join(root, 'dist/esm/cli/main.js');
  const child = spawn(process.execPath, [main, 'sandbox', '--port', '0', '--inbox-port', '0'], { cwd: folder });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });
  let printed = '';
  const inbox = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed) ?? [];
      if (address) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${printed}`)));
  });
  const { authorityHost, graphHost, ca, certificatePath, caPath, ...said } = (await (
    await fetch(`${inbox}api/connect`)
  ).json()) as Connection;
  expect({ ...documented, ...said }).toEqual(documented);
  expect(graphHost).toBe(authorityHost);
  expect(new URL(authorityHost)).toMatchObject({ protocol: 'https:', hostname: 'localhost' });
  expect(path.relative(folder, certificatePath ?? '').replaceAll('\\', '/')).toBe(documented.certificatePath);
  expect(path.relative(folder, caPath ?? '').replaceAll('\\', '/')).toBe(documented.caPath);
  expect(readFileSync(caPath ?? '', 'utf8')).toBe(ca);
  expect(readFileSync(certificatePath ?? '', 'utf8')).toContain('PRIVATE KEY');
});
