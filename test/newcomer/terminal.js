// The newcomer's terminals: a shell in one folder, what was pasted into it and what came out.
import { spawn } from 'node:child_process';

/** How long one command may take on a busy machine, in ms. */
const PATIENCE = 180_000;

export class Terminals {
  #cwd;
  #env;
  #running = new Set();
  #transcript = [];

  /** @param env the whole environment of what is pasted */
  constructor(cwd, env) {
    this.#cwd = cwd;
    this.#env = env;
  }

  /** What was pasted and what came out, in order. */
  get transcript() {
    return this.#transcript.map((entry) => (typeof entry === 'string' ? entry : entry.text)).join('\n');
  }

  /** How many commands were pasted. */
  get pasted() {
    return this.#transcript.filter((entry) => typeof entry !== 'string').length;
  }

  say(words) {
    this.#transcript.push(`\n# ${words}`);
  }

  /** Runs a command to its end and gives what it printed. Throws where it does not end with `code`. */
  async paste(command, { code = 0, env = {} } = {}) {
    const running = this.start(command, env);
    const ended = await within(running.ended, `"${command}" to end`);
    if (ended !== code) throw new Error(`"${command}" ended with ${ended}, and not with ${code}`);
    return running.output;
  }

  /** Starts a command that goes on. @param env added to the environment */
  start(command, env = {}) {
    const entry = { text: `\n$ ${command}\n` };
    this.#transcript.push(entry);
    // A group of its own, so that npx and what it started end together.
    const child = spawn('sh', ['-c', command], {
      cwd: this.#cwd,
      env: { ...this.#env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    const running = new Running(command, child, () => this.#kill(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        entry.text += text;
        running.read(text);
      });
    }
    running.ended.then(
      (code) => {
        this.#running.delete(child);
        entry.text += `[${code ?? 'killed'}]`;
      },
      () => {},
    );
    return running;
  }

  /** `kill -9` for all that goes on, at once. */
  close() {
    for (const child of this.#running) this.#kill(child);
  }

  #kill(child) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

class Running {
  /** Everything printed so far. */
  output = '';
  /** Its exit code, or `null` when it was killed. */
  ended;
  #command;
  #readers = new Set();
  #end;

  constructor(command, child, kill) {
    this.#command = command;
    this.#end = kill;
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  }

  read(text) {
    this.output += text;
    for (const reader of this.#readers) reader();
  }

  /** `kill -9`, and waits for the end. */
  async kill() {
    this.#end();
    await this.ended;
  }

  /** Waits until it has printed something that matches; throws where it ends or takes too long before. */
  async prints(pattern) {
    let reader;
    const seen = new Promise((resolve) => {
      reader = () => {
        if (pattern.test(this.output)) resolve();
      };
    });
    this.#readers.add(reader);
    reader();
    const gone = this.ended.then((code) => {
      throw new Error(`"${this.#command}" ended with ${code} before it printed ${pattern}`);
    });
    await within(Promise.race([seen, gone]), `"${this.#command}" to print ${pattern}`);
    this.#readers.delete(reader);
  }
}

/** @param what is waited for, in words */
export async function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE / 1000} s for ${what}`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
