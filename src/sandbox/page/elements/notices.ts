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

/** For a screen reader only: on the screen the change is visible where it happens. */
export function say(text: string): void {
  byId('said').textContent = text;
}

/** Runs a task without waiting for it; its failure is shown as a notice. */
export function safely(task: Promise<unknown>): void {
  // Without an answer, the state of the live updates already shows that the sandbox is gone.
  task.catch((error: unknown) => {
    if (error instanceof TypeError && /fetch|network/i.test(error.message)) return;
    notice(error instanceof Error ? error.message : String(error));
  });
}
