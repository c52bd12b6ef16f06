import { inWords } from '../common/configuration.js';
import { type GivenConfiguration, givenConfiguration } from '../common/configuration-flags.js';
import type { Terminal } from '../common/terminal.js';

/** A terminal whose way to Graph is that of the configuration, where a `.env` file adds to the environment. */
export function configuredTerminal(terminal: Terminal, { envFile }: Pick<GivenConfiguration, 'envFile'>): Terminal {
  const configuration = givenConfiguration(envFile === undefined ? {} : { envFile }, terminal);
  const { env, options, source, envFile: file } = configuration;
  const fromFile = Object.values(source).includes('.env');
  return {
    ...terminal,
    envFile: file,
    ...(fromFile && { env }),
    connect: (given) => {
      const mailbox = typeof given.mailbox === 'string' ? given.mailbox : undefined;
      return inWords(configuration, () => terminal.connect(fromFile ? { ...options, ...given } : given), mailbox);
    },
  };
}
