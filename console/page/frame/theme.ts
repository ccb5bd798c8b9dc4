/** The schemes that one can ask for. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'rolecall-theme'

/** What was chosen on this machine; the system's without a choice, or where nothing may be kept. */
export function themeKept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system'
  } catch {
    return 'system'
  }
}

/** Shows the page in a scheme. */
export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  dispatchEvent(new Event('rolecall-theme'))
}

/** Shows the page in a scheme, and in the same the next time. */
export function chooseTheme(theme: Theme): void {
  showTheme(theme)
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // Nothing may be kept here: the choice holds as long as the page.
  }
}
