import type { EventEmitter } from 'node:events';
import { createTransport, type Transporter } from 'nodemailer';
import { OwnCommands } from '../../common/own-commands.js';
import { type Clock, systemClock } from '../../common/timers.js';
import type { GraphTransportOptions } from '../../options/types.js';
import { graphTransport } from '../../transport/graph-transport.js';
import { wrapText } from './wording.js';

/** Where output goes: a terminal, a pipe or a file. */
export interface Output {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(content: string | Uint8Array): unknown;
}

/** All that a command has to do with the world outside; tests bring their own. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  /** The `.env` file that the command reads besides (absolute), `false` where it was told to read none. */
  readonly envFile?: string | false | undefined;
  readonly clock: Clock;
  /** Where SIGINT and SIGTERM arrive. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** The way to Graph; the identity comes from the environment. */
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

/** The commands that are printed there. */
export function ownCommands({ envFile }: Pick<Terminal, 'envFile'>): OwnCommands {
  return new OwnCommands({ envFile });
}

/** Whether the line that stands there can be written anew, and coloured. */
export function canRedraw(output: Output, env: NodeJS.ProcessEnv): boolean {
  return output.isTTY === true && env.TERM !== 'dumb';
}

/** Colours are for terminals, and for nobody who set NO_COLOR (no-color.org). */
export function hasColours(output: Output, env: NodeJS.ProcessEnv): boolean {
  return canRedraw(output, env) && !env.NO_COLOR;
}

/** Columns that a text may take: those of the terminal, else what COLUMNS says, else 80. */
export function widthOf(output: Output, env: NodeJS.ProcessEnv): number {
  return knownWidth(output, env) ?? 80;
}

/** The same where somebody says it. */
function knownWidth({ columns }: Output, { COLUMNS }: NodeJS.ProcessEnv): number | undefined {
  const known = [columns, Number(COLUMNS)].find((one) => one !== undefined && Number.isInteger(one) && one > 0);
  return known === undefined ? undefined : Math.max(20, known);
}

/** An error as it is told: on one line where nobody says how wide a line is, as in a log that is searched. */
export function wrapError(text: string, { stderr, env }: Pick<Terminal, 'stderr' | 'env'>): string {
  const width = knownWidth(stderr, env);
  return width === undefined ? text : wrapText(text, width);
}

/** Writes texts for a person, wrapped, each with a line break after it. */
export function printer({ stdout, env }: Pick<Terminal, 'stdout' | 'env'>): (text: string) => void {
  return (text) => void stdout.write(`${wrapText(text, widthOf(stdout, env))}\n`);
}
