import type { EventEmitter } from 'node:events';
import { createTransport, type Transporter } from 'nodemailer';
import { type Clock, systemClock } from '../../common/clock.js';
import { OwnCommands } from '../../common/own-commands.js';
import type { GraphTransportOptions } from '../../options/types.js';
import { graphTransport } from '../../transport/graph-transport.js';
import { wrapText } from './wording.js';

/** Where output goes: a terminal, a pipe or a file. */
export interface Output {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(content: string | Uint8Array): unknown;
}

/** All that a command uses of its process; tests pass their own. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  /** The `.env` file that the command also reads (absolute), `false` where it is to read none. */
  readonly envFile?: string | false | undefined;
  readonly clock: Clock;
  /** Where SIGINT and SIGTERM arrive. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Creates the transporter; the identity comes from the environment. */
  connect(options: GraphTransportOptions): Transporter;
}

export const processTerminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: systemClock,
  signals: process,
  connect: (options) => createTransport(graphTransport(options)),
};

/** The commands that are printed for the user to run. */
export function ownCommands({ envFile }: Pick<Terminal, 'envFile'>): OwnCommands {
  return new OwnCommands({ envFile });
}

/** Whether the last line can be overwritten and coloured. */
export function canRedraw(output: Output, env: NodeJS.ProcessEnv): boolean {
  return output.isTTY === true && env.TERM !== 'dumb';
}

/** Colours are for terminals, and not where NO_COLOR is set (no-color.org). */
export function hasColours(output: Output, env: NodeJS.ProcessEnv): boolean {
  return canRedraw(output, env) && !env.NO_COLOR;
}

/** Columns that a text may take: those of the terminal, else what COLUMNS says, else 80. */
export function widthOf(output: Output, env: NodeJS.ProcessEnv): number {
  return knownWidth(output, env) ?? 80;
}

/** The same, `undefined` where neither says it. */
function knownWidth({ columns }: Output, { COLUMNS }: NodeJS.ProcessEnv): number | undefined {
  const known = [columns, Number(COLUMNS)].find((one) => one !== undefined && Number.isInteger(one) && one > 0);
  return known === undefined ? undefined : Math.max(20, known);
}

/** An error as it is printed: on one line where the width is unknown, as in a log that is searched. */
export function wrapError(text: string, { stderr, env }: Pick<Terminal, 'stderr' | 'env'>): string {
  const width = knownWidth(stderr, env);
  return width === undefined ? text : wrapText(text, width);
}

/** Prints texts for a person, wrapped, each with a line break after it. */
export function printer({ stdout, env }: Pick<Terminal, 'stdout' | 'env'>): (text: string) => void {
  return (text) => void stdout.write(`${wrapText(text, widthOf(stdout, env))}\n`);
}
