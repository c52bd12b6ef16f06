// Turns the inbox page (src/sandbox/page: HTML, CSS, browser TypeScript) into one module of strings, so that the
// sandbox serves it from memory in both builds without looking for files beside itself.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const page = new URL('../src/sandbox/page/', import.meta.url);

export async function writePageAssets() {
  const [script, style] = await Promise.all([
    bundle('app.ts', { format: 'iife', target: 'es2022' }),
    bundle('style.css', {}),
  ]);
  const assets = {
    html: await readFile(new URL('index.html', page), 'utf8'),
    style: style.outputFiles[0].text,
    script: script.outputFiles[0].text,
  };
  const lines = Object.entries(assets).map(([name, text]) => `export const ${name}: string = ${JSON.stringify(text)};`);
  const target = new URL('../src/sandbox/page-assets.ts', import.meta.url);
  const source = `// Written by scripts/page.js from src/sandbox/page; not in git.\n${lines.join('\n')}\n`;
  if ((await readFile(target, 'utf8').catch(() => '')) !== source) await writeFile(target, source);
}

function bundle(name, options) {
  const entryPoints = [fileURLToPath(new URL(name, page))];
  return build({ entryPoints, bundle: true, write: false, logLevel: 'error', ...options });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writePageAssets();
