import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { chooseTheme, THEMES, themeKept } from './theme.ts'

const WORDS = { system: 'as the system', light: 'light', dark: 'dark' }

/** Goes from the system's scheme to light to dark. */
export function ThemeButton() {
  const [theme, setTheme] = useState(themeKept())
  const next = () => {
    const chosen = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
    chooseTheme(chosen)
    setTheme(chosen)
  }
  return (
    <button
      type="button"
      class="bare"
      onClick={next}
      aria-label={`Theme: ${WORDS[theme]}`}
      title={`Theme: ${WORDS[theme]}`}
    >
      <Icon name="theme" />
    </button>
  )
}
