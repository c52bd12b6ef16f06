import { byId } from './dom.js';

const SHOWN = 5000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** One sentence at the edge of the page, for some seconds. */
export function notice(text: string): void {
  const bar = byId('notice');
  bar.textContent = text;
  bar.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(() => bar.classList.remove('shown'), SHOWN);
}

/** For a screen reader; who sees the page sees it where it happens. */
export function say(text: string): void {
  byId('said').textContent = text;
}

/** Lets a task go on by itself; what it fails with is told to the reader. */
export function safely(task: Promise<unknown>): void {
  // Without an answer the sign of the live updates already says that the sandbox is gone.
  task.catch((error: unknown) => {
    if (error instanceof TypeError && /fetch|network/i.test(error.message)) return;
    notice(error instanceof Error ? error.message : String(error));
  });
}
