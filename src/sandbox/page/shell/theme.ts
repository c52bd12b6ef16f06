export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';
const THEMES: Theme[] = ['system', 'light', 'dark'];

/** What was chosen before; a browser that keeps nothing for this page has chosen nothing. */
export function storedTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** From system to light to dark and round again; gives the new one. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length] ?? 'system';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It holds until the page is closed.
  }
  applyTheme(next);
  return next;
}
