// Loading the entry must load nothing outside node: built-ins; MSAL comes with the first mail.
import assert from 'node:assert/strict';
import { createRequire, registerHooks } from 'node:module';

if (registerHooks) {
  const loaded = [];
  registerHooks({
    resolve(specifier, context, next) {
      const result = next(specifier, context);
      loaded.push(result.url);
      return result;
    },
  });
  await import('nodemailer-graph-transport');
  const foreign = loaded.filter((url) => !url.startsWith('node:') && !url.includes('/nodemailer-graph-transport/'));
  assert.deepEqual(foreign, []);
}
const require = createRequire(import.meta.url);
require('nodemailer-graph-transport');
const foreign = Object.keys(require.cache).filter(
  (file) => !file.includes('/node_modules/nodemailer-graph-transport/'),
);
assert.deepEqual(foreign, []);
