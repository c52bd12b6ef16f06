import { startSandbox } from 'nodemailer-graph-transport/sandbox';
import { onTestFinished } from 'vitest';

/** A sandbox for one test. */
export async function sandboxOfTest() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The one message that arrived. */
export async function onlyMessage(sandbox) {
  const messages = await sandbox.messages();
  if (messages.length !== 1) throw new Error(`expected one message, but ${messages.length} arrived`);
  return messages[0];
}
