import { render } from 'preact'
import { App } from './app.tsx'
import { showTheme, themeKept } from './frame/theme.ts'
import { startTips } from './parts/tip.ts'
import { startRouter } from './router/place.ts'

showTheme(themeKept())
startRouter()
startTips()
const root = document.getElementById('page')
if (root) render(<App />, root)
