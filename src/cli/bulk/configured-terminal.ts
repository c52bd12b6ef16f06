import { type GivenConfiguration, givenConfiguration } from '../configuration-flags.js';
import type { Terminal } from '../terminal.js';

/** A terminal whose way to Graph is that of the configuration, where a `.env` file adds to the environment. */
export function configuredTerminal(terminal: Terminal, { envFile }: Pick<GivenConfiguration, 'envFile'>): Terminal {
  const {
    env,
    options,
    source,
    envFile: file,
  } = givenConfiguration(envFile === undefined ? {} : { envFile }, terminal);
  const told = { ...terminal, envFile: file };
  if (!Object.values(source).includes('.env')) return told;
  return { ...told, env, connect: (given) => terminal.connect({ ...options, ...given }) };
}
