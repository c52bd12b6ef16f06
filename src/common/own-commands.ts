import path from 'node:path';
import { fileWord, shellCommand } from './shell-quoting.js';

/** A word of a command; a path that is relative is so to the working directory. */
export type CommandWord = string | { readonly file: string };

/** How the printed commands have to be started. */
export interface OwnCommandsOptions {
  /** The `.env` file that the running command reads; `false` where it was told to read none. */
  envFile?: string | false | undefined;
  /**
   * The folder in which they will be pasted; `'anywhere'` for those in a file that is kept.
   * @default the working directory
   */
  from?: string | undefined;
  platform?: NodeJS.Platform | undefined;
}

/**
 * Commands of this program, to be pasted as they are printed. All of them are made here, since what was printed must find
 * again what the running command was given.
 */
export class OwnCommands {
  readonly platform: NodeJS.Platform;
  readonly #envFile: string | false | undefined;
  readonly #from: string;

  constructor({ envFile, from = process.cwd(), platform = process.platform }: OwnCommandsOptions = {}) {
    this.platform = platform;
    this.#from = from;
    // Where it will be found without being named, it is left out.
    this.#envFile = envFile && from !== 'anywhere' && isDefault(envFile, from) ? undefined : envFile;
  }

  /** A command that reads no configuration, such as `setup` or `bulk status`. */
  plain(...words: CommandWord[]): string {
    return this.line('npx', 'nodemailer-graph-transport', ...words);
  }

  /** A command that sends or asks, and so has to find the configuration of the running one. */
  configured(...words: CommandWord[]): string {
    if (this.#envFile === undefined) return this.plain(...words);
    const flag = words.findIndex((word) => typeof word === 'string' && word.startsWith('--'));
    const given = this.#envFile ? ['--env-file', { file: this.#envFile }] : ['--no-env-file'];
    return this.plain(...words.toSpliced(flag === -1 ? words.length : flag, 0, ...given));
  }

  /** A command of any other program, or a part of one. */
  line(...words: CommandWord[]): string {
    return shellCommand(
      words.map((word) => (typeof word === 'string' ? word : fileWord(this.#pathOf(word.file)))),
      this.platform,
    );
  }

  #pathOf(file: string): string {
    return this.#from === 'anywhere' ? path.resolve(file) : pathFrom(this.#from, file);
  }
}

/** A path as it would be typed in a folder: relative where that is shorter. */
export function pathFrom(folder: string, file: string): string {
  const absolute = path.resolve(file);
  const relative = path.relative(folder, absolute) || '.';
  return relative.length < absolute.length ? relative : absolute;
}

function isDefault(envFile: string, from: string): boolean {
  return path.resolve(envFile) === path.resolve(from, '.env');
}
