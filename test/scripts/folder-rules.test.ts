import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root } from '../helpers/run-node.js';

type FolderFaults = (imports: Map<string, string[]>, rules: Record<string, string[]>) => string[];
const module = pathToFileURL(path.join(root, 'scripts/folder-rules.js')).href;
const { folderFaults } = (await import(module)) as { folderFaults: FolderFaults };

const imports = (files: Record<string, string[]>) => new Map(Object.entries(files));

describe('the rules of which folder may import which', () => {
  it('find nothing where all hold', () => {
    const files = imports({ 'cli/main.ts': ['cli/help.ts', 'common/log.ts'], 'cli/help.ts': [], 'common/log.ts': [] });
    expect(folderFaults(files, { cli: ['common'], common: [] })).toEqual([]);
  });

  it('name the file that imports what it may not', () => {
    const files = imports({ 'common/log.ts': ['cli/main.ts'], 'cli/main.ts': [] });
    expect(folderFaults(files, { cli: [], common: [] })).toEqual([
      'common/log.ts imports cli/main.ts: common may not import cli',
    ]);
  });

  it('tell a folder from its subfolders', () => {
    const files = imports({ 'bulk/index.ts': ['bulk/run/run.ts'], 'bulk/run/run.ts': ['bulk/index.ts'] });
    expect(folderFaults(files, { bulk: ['bulk/run'], 'bulk/run': [] })).toEqual([
      'bulk/run/run.ts imports bulk/index.ts: bulk/run may not import bulk',
    ]);
  });

  it('ask for a rule of every folder, and for a folder and a use of every rule', () => {
    const files = imports({ 'relay/server.ts': [], 'common/log.ts': [] });
    expect(folderFaults(files, { common: ['options'], queue: [] })).toEqual([
      'relay has no rule',
      'common may import options, and does not',
      'queue has a rule and no file',
    ]);
  });

  it('find a circle that the rules themselves allow', () => {
    const files = imports({ 'a/a.ts': ['b/b.ts'], 'b/b.ts': ['c/c.ts'], 'c/c.ts': ['a/a.ts'] });
    expect(folderFaults(files, { a: ['b'], b: ['c'], c: ['a'] })).toEqual([
      'folders import one another in a circle: a → b → c → a',
    ]);
  });
});
