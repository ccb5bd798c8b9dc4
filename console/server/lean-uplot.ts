import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** What the chart asks of the class itself; all else that it offers would keep code that no chart of ours runs. */
const KEPT = ['paths', 'bars']
/** Names and forms of times: the chart's axis writes its own. */
const WORDS = /^(\t?const (?:months|days|_timeAxisStamps) = \[)[\s\S]*?^(\t?\];)/gm
const OFFER = /^\t?\(?(?:uPlot|paths)\.(\w+)\s*=\s*\w+\)?;$/gm

/** Takes out of uPlot what it offers beside the chart, 2 KB on the wire. */
export const leanUplot: Plugin = {
  name: 'lean-uplot',
  setup(build) {
    build.onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source.replace(OFFER, (offer, name) => (KEPT.includes(name) ? offer : '')).replace(WORDS, '$1$2')
      return { contents, loader: 'js' }
    })
  },
}
