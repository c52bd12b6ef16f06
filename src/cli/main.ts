#!/usr/bin/env node
import { Command } from '../vendor/commander.js';
import { version } from '../version.js';
import { addDemoCommand } from './demo.js';
import { explain } from './explain.js';
import { addSandboxCommand } from './sandbox.js';

const program = new Command('nodemailer-graph-transport')
  .description('Nodemailer through Microsoft Graph: a sandbox to try it on, and a demonstration.')
  .version(version)
  .showHelpAfterError('(add --help for what there is)');
addSandboxCommand(program);
addDemoCommand(program);

// Whoever reads the output may stop reading.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
