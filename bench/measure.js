// Runs one subject once against its server, and combines the figures of both.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('run-subject.js', import.meta.url));

/**
 * @param task `{ subject, mail, count, warmUp }`
 * @param setup `{ server, delay, files }`
 */
export async function measure(task, { server, delay, files }) {
  await server.reset();
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.ca };
  const child = fork(program, [JSON.stringify({ ...task, ...files, port: server.port })], { env });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${task.subject} ended with ${code}, without a result.`);
  });
  ended.catch(() => {});
  const next = () => Promise.race([once(child, 'message'), ended]);
  // Warm-up is at full speed, whatever is measured then.
  await next();
  await server.wait(delay);
  child.send('go');
  const [result] = await next();
  const seen = await server.judge(result.given, result.failed);
  return { ...result, ...seen, failed: result.failed.length };
}
