// Which folder of src may import which: scripts/folders.js has the rules. Types count as values do.
// `--list` prints what each folder imports, in the form of the rules.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { folderFaults } from './folder-rules.js';
import { folders } from './folders.js';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => name.endsWith('.ts') && name !== 'sandbox/page-assets.ts');
const known = new Set([...files, 'sandbox/page-assets.ts']);

function importsOf(file) {
  const text = readFileSync(path.join(src, file), 'utf8');
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    // What is imported by `import()` is always written out, for bundlers.
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return named
    .filter((name) => name.startsWith('.'))
    .map((name) => {
      const target = path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts');
      if (!known.has(target)) throw new Error(`${file} imports ${name}, which is no file of src`);
      return target;
    });
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));
if (process.argv.includes('--list')) {
  const list = {};
  for (const [file, targets] of [...imports].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const folder = path.posix.dirname(file);
    list[folder] ??= new Set();
    for (const target of targets)
      if (path.posix.dirname(target) !== folder) list[folder].add(path.posix.dirname(target));
  }
  for (const [folder, others] of Object.entries(list))
    console.log(
      `  '${folder}': [${[...others]
        .sort()
        .map((name) => `'${name}'`)
        .join(', ')}],`,
    );
} else {
  const faults = folderFaults(imports, folders);
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
}
