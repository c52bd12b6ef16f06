// Starts a server of this folder as a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @param identity file with certificate and key */
export async function startServer(name, identity) {
  const child = fork(fileURLToPath(new URL(`${name}.js`, import.meta.url)), [identity]);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`The ${name} server ended with ${code}.`);
  });
  failed.catch(() => {});
  const answer = async () => (await Promise.race([once(child, 'message'), failed]))[0];
  const ask = (question) => {
    const answered = answer();
    child.send(question);
    return answered;
  };
  return {
    /** Port, and what else the server reports about itself. */
    ...(await answer()),
    /** Forgets all counts, and answers at once. */
    reset: () => ask({ reset: true }),
    /** From now on, so many milliseconds from a message's end to the answer. */
    wait: (delay) => ask({ wait: { delay } }),
    /** What became of `count` mails, of which the client reported `failed`. */
    judge: (count, failed) => ask({ judge: { count, failed } }),
    close: () => child.disconnect(),
  };
}
