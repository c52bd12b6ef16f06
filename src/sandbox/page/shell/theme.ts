export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';
const THEMES: Theme[] = ['system', 'light', 'dark'];

/** The theme chosen before; `system` in a browser that stores nothing for this page. */
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

/** Switches from system to light to dark and back to system; returns the new theme. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length] ?? 'system';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage, the theme lasts until the page is closed.
  }
  applyTheme(next);
  return next;
}
