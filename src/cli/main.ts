#!/usr/bin/env node
import { runProgram } from './program.js';
import { processTerminal } from './terminal.js';

// Whoever reads the output may stop reading: that interrupts what can be interrupted, and ends everything else.
let broken = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (broken) return;
    broken = true;
    if (process.listenerCount('SIGTERM') === 0) process.exit();
    process.emit('SIGTERM');
  });
}

process.exitCode = await runProgram(process.argv.slice(2), processTerminal);
