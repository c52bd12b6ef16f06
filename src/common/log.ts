import { format } from 'node:util';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Level names of bunyan, which Nodemailer's loggers use. */
export type LogLevel = (typeof levels)[number];

/** One method of a bunyan-style logger: data first, then a format and its arguments. */
type LogMethod = (data: Record<string, unknown>, message: string, ...args: unknown[]) => void;

/** A logger as Nodemailer's SMTP transports take it; bunyan and pino fit. A level that is missing is not logged. */
export type BunyanLogger = { [level in LogLevel]?: (...args: never[]) => unknown };

export type Log = Record<LogLevel, LogMethod> & {
  /** Whether nothing is logged at all, so that no data needs to be prepared. */
  silent: boolean;
};

/** What the log options say, as in Nodemailer's SMTP transports. */
export interface LogOptions {
  logger?: BunyanLogger | boolean | undefined;
  debug?: boolean | undefined;
  component?: string | undefined;
}

/**
 * Writes to the user's logger, or to the console for `logger: true`. Without `debug`, nothing is logged below `info`.
 * A logger that throws or rejects never touches a send.
 */
export function createLog(options: LogOptions, print: (line: string) => void = console.log): Log {
  const { logger, debug, component = 'graph-transport' } = options;
  const log = { silent: !logger } as Log;
  for (const level of levels) {
    const silent = !logger || ((level === 'trace' || level === 'debug') && !debug);
    log[level] = silent
      ? () => {}
      : (data, message, ...args) => {
          harmlessly(() => {
            if (logger === true) return printLines(print, level, format(message, ...args));
            return (logger[level] as LogMethod | undefined)?.call(logger, { component, ...data }, message, ...args);
          });
        };
  }
  return log;
}

/** The user's logger for Nodemailer itself, which expects every level and lets a logger's error end a message. */
export function safeLogger(logger: BunyanLogger): Record<LogLevel, (...args: unknown[]) => void> {
  const call = (level: LogLevel, args: unknown[]) =>
    harmlessly(() => (logger[level] as ((...args: unknown[]) => unknown) | undefined)?.apply(logger, args));
  const entries = levels.map((level) => [level, (...args: unknown[]) => call(level, args)] as const);
  return Object.fromEntries(entries) as Record<LogLevel, (...args: unknown[]) => void>;
}

/** Calls a logger and drops its failure, thrown or of a promise: it concerns no caller. */
function harmlessly(call: () => unknown): void {
  try {
    const result = call() as PromiseLike<unknown> | undefined;
    if (typeof result?.then === 'function') result.then(undefined, () => {});
  } catch {
    // As above.
  }
}

function printLines(print: (line: string) => void, level: LogLevel, text: string): void {
  const time = new Date().toISOString().slice(0, 19).replace('T', ' ');
  for (const line of text.split(/\r?\n/)) print(`[${time}] ${level.toUpperCase().padEnd(5)} ${line}`);
}

/** Recipients for a log line, as Nodemailer shortens them. */
export function shortened(recipients: readonly string[]): string {
  if (recipients.length <= 3) return recipients.join(', ');
  return [...recipients.slice(0, 2), `...and ${recipients.length - 2} more`].join(', ');
}
