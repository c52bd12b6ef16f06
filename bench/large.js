// `npm run bench:large`: one message with an attachment of 150 MB, which goes up in an upload session; by path and by
// stream, each in a process of its own, to a server in another. Fails when memory rises by more than the limit, or when
// what arrived is not the file.
import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeIdentity } from './identity.js';
import { startServer } from './server/start.js';

const size = 150_000_000;
const limit = 64; // MB
const patience = 120_000; // ms

/** @returns the SHA-256 of what was written */
function writeRandomFile(name) {
  const hash = createHash('sha256');
  const file = openSync(name, 'w');
  for (let left = size; left > 0; left -= 1_000_000) {
    const bytes = randomBytes(Math.min(left, 1_000_000));
    hash.update(bytes);
    writeSync(file, bytes);
  }
  closeSync(file);
  return hash.digest('hex');
}

const folder = mkdtempSync(path.join(tmpdir(), 'large-'));
try {
  const files = writeIdentity(folder);
  const attachment = path.join(folder, 'attachment.bin');
  const sha256 = writeRandomFile(attachment);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.ca };
  for (const by of ['path', 'stream']) {
    const server = await startServer('drafts', files.identity);
    const task = JSON.stringify({ by, attachment, port: server.port, identity: files.identity });
    const child = fork(path.join(import.meta.dirname, 'run-large.js'), [task], { env, timeout: patience });
    const exit = once(child, 'exit').then(() => [{ error: 'ended without a result' }]);
    const [result] = await Promise.race([once(child, 'message'), exit]);
    const { sent, uploaded, faults } = await server.judge();
    server.close();

    const whole = uploaded.length === 1 && uploaded[0].sha256 === sha256;
    const met = sent === 1 && whole && result.memory <= limit;
    if (!met) process.exitCode = 1;
    console.log(`${met ? 'met    ' : 'NOT MET'}  ${size / 1e6} MB by ${by}`);
    if (result.error) console.log(`         ${result.error}`);
    else
      console.log(
        `         memory rose by ${result.memory.toFixed(0)} MB (limit ${limit}), ${result.seconds.toFixed(1)} s`,
      );
    console.log(`         sent ${sent}, ${whole ? 'the file arrived whole' : 'the file did not arrive'}`);
    for (const fault of faults) console.log(`         not understood by the server: ${fault}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
