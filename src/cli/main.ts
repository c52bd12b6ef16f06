#!/usr/bin/env node
import { processTerminal } from './common/terminal.js';
import { runProgram } from './program.js';

// The process that reads the output may stop reading: that interrupts what can be interrupted, and ends everything else.
let broken = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (broken) return;
    broken = true;
    // Output that was cut short is not a success; 141 is what shells give for a broken pipe.
    if (process.listenerCount('SIGTERM') === 0) process.exit(process.exitCode ?? 141);
    process.emit('SIGTERM');
  });
}

process.exitCode = await runProgram(process.argv.slice(2), processTerminal);
