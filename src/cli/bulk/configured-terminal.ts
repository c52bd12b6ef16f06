import { type GivenConfiguration, givenConfiguration } from '../configuration-flags.js';
import type { Terminal } from '../terminal.js';

/** A terminal whose way to Graph is that of the configuration, where a `.env` file adds to the environment. */
export function configuredTerminal(terminal: Terminal, { envFile }: Pick<GivenConfiguration, 'envFile'>): Terminal {
  const { env, options, source } = givenConfiguration(envFile === undefined ? {} : { envFile }, terminal);
  if (!Object.values(source).includes('.env')) return terminal;
  return { ...terminal, env, connect: (given) => terminal.connect({ ...options, ...given }) };
}
