import { render } from 'preact'

/** Stands in until the pages are there. */
function Frame() {
  return <h1>Rolecall</h1>
}

const root = document.getElementById('page')
if (root) render(<Frame />, root)
