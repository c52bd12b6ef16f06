// Loading the entry must load nothing but node: built-ins and nodemailer; MSAL comes with the first mail.
import assert from 'node:assert/strict';
import { createRequire, register } from 'node:module';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

const { port1, port2 } = new MessageChannel();
const hooks = `let port;
export function initialize(data) { port = data.port; }
export async function resolve(specifier, context, next) {
  const result = await next(specifier, context);
  port.postMessage(result.url);
  return result;
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: { port: port2 }, transferList: [port2] });
await import('nodemailer-graph-transport');
const loaded = [];
for (let message = receiveMessageOnPort(port1); message; message = receiveMessageOnPort(port1))
  loaded.push(message.message);
port1.close();
const own = '/node_modules/nodemailer-graph-transport/';
assert.ok(
  loaded.some((url) => url.includes(own)),
  'the hook saw nothing',
);
const isExpected = (place) => place.includes(own) || place.includes('/node_modules/nodemailer/');
assert.deepEqual(
  loaded.filter((url) => !url.startsWith('node:') && !isExpected(url)),
  [],
);

const require = createRequire(import.meta.url);
require('nodemailer-graph-transport');
assert.deepEqual(
  Object.keys(require.cache).filter((file) => !isExpected(file)),
  [],
);
