import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePrivateFile, writeWholeFile } from '../../../src/cli/common/private-file.js';
import { root } from '../../helpers/run-node.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'private-file-'));
  file = path.join(folder, 'kept.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that is put in its place', () => {
  it('is for its owner alone, or for others where that is said', () => {
    writeFileSync(file, 'before', { mode: 0o644 });
    writePrivateFile(file, 'now');
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['now', 0o600]);
    writeWholeFile(file, 'public', 0o644);
    expect(statSync(file).mode & 0o044).toBe(0o044 & ~process.umask());
    expect(readdirSync(folder)).toEqual(['kept.json']);
  });

  it('is the one from before where the disk has no space for all of it', () => {
    writeFileSync(file, 'before');
    const module = path.join(root, 'dist/esm/cli/common/private-file.js');
    const program = `import { writePrivateFile } from ${JSON.stringify(module)};
      try { writePrivateFile(process.argv[1], 'x'.repeat(10_000)); console.log('written'); } catch ({ code }) { console.log(code); }`;
    // Files may grow to some kilobytes, which the first part of the text still fits into.
    const limited = [
      '-c',
      'ulimit -f 4; exec "$@"',
      'bash',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
      file,
    ];
    expect(execFileSync('bash', limited, { encoding: 'utf8' })).toBe('EFBIG\n');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['kept.json']);
  });
});
