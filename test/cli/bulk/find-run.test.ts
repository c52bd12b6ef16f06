import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificate, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { BulkEnvironment, events, runFolder } from './support.js';

let sandbox: Sandbox;
let environment: BulkEnvironment;
let folder: string;
let id: string;
beforeAll(async () => {
  const key = await createCertificate({ commonName: 'finding runs' });
  sandbox = await startSandbox({ certificate: key.privateKey + key.certificate });
  environment = new BulkEnvironment(sandbox);
  environment.recipients(2);
  folder = runFolder(await environment.run());
  environment.recipients(1);
  const [, start] = events(await environment.run(['--json']));
  id = String(start?.id);
});
afterAll(async () => {
  environment.remove();
  await sandbox.close();
});

const status = (...args: string[]) => environment.bulk(['status', ...args]);

describe('a run is found', () => {
  it.each<[string, () => string[]]>([
    ['by its folder', () => [folder]],
    ['by the id that status prints', () => [path.basename(folder), '--runs', environment.runs]],
    ['by the beginning of that', () => [path.basename(folder).slice(0, 6), '--runs', environment.runs]],
    ['by its folder whatever --runs says', () => [folder, '--runs', '/nowhere']],
  ])('%s', async (_, args) => {
    const printed = await status(...args());
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toContain(`Run         ${path.basename(folder)}`);
  });

  it('by the whole id that --json prints, by every command about a run', async () => {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const given = [id, '--runs', environment.runs];
    expect(await status(...given, '--json')).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    expect(await environment.bulk(['report', ...given])).toMatchObject({ code: 0, err: '' });
    expect(await environment.bulk(['resume', ...given])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing is left to send.'),
    });
    expect(await environment.bulk(['retry', '--failed', ...given])).toMatchObject({ code: 0, err: '' });
    // The sandbox grants Mail.Send alone.
    expect(await environment.bulk(['bounces', ...given])).toMatchObject({
      code: 77,
      err: expect.stringContaining('Mail.Read'),
    });
    expect(await environment.bulk(['trace', ...given])).toMatchObject({ code: 78 });
  });
});

describe('where no run is meant, those that are there are named', () => {
  it.each<[string, string[]]>([
    ['one that is not there', ['0000000']],
    ['an id too short to mean one', ['a']],
    ['none', []],
  ])('%s', async (_, args) => {
    for (const command of ['status', 'report', 'resume', 'bounces', 'trace']) {
      const printed = await environment.bulk([command, ...args, '--runs', environment.runs]);
      expect(printed).toMatchObject({ code: 2, out: '' });
      for (const name of [path.basename(folder), id.slice(0, 12)]) {
        expect(printed.err).toMatch(new RegExp(`^ {2}${name} {2}begun .*people\\.csv$`, 'm'));
      }
    }
  });

  it('or that there are none, and what says where they are', async () => {
    const printed = await status('0000000', '--runs', path.join(environment.folder, 'nowhere'));
    expect(printed).toMatchObject({ code: 2, err: expect.stringMatching(/no runs in \S+nowhere; --runs/) });
  });
});
