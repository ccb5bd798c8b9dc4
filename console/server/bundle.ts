import { join } from 'node:path'
import { type BuildOptions, build, stop } from 'esbuild'
import { leanUplot } from './lean-uplot.ts'

const PAGE = join(import.meta.dirname, '..', 'page')
const OUT = '/console'

/** A file of the page as it is served, by its name below `/console/`. */
export interface PageFile {
  name: string
  content: Uint8Array
}

/** Makes the browser's files out of console/page, in memory: modules split by page, style sheets, the font, the icons. */
export async function bundlePage(): Promise<PageFile[]> {
  const { outputFiles } = await buildPage()
  return outputFiles.map(({ path, contents }) => ({ name: path.slice(OUT.length + 1), content: contents }))
}

/** What the bundler makes of it, and of what; with `external` packages left out. */
export async function buildPage({ external = [] }: Pick<BuildOptions, 'external'> = {}) {
  try {
    return await build({
      entryPoints: [
        { in: join(PAGE, 'main.tsx'), out: 'main' },
        { in: join(PAGE, 'page.css'), out: 'page' },
        { in: 'uplot/dist/uPlot.min.css', out: 'uplot' },
      ],
      ...{
        absWorkingDir: PAGE,
        outdir: OUT,
        publicPath: OUT,
        external,
        tsconfig: join(PAGE, 'tsconfig.json'),
        metafile: true,
        plugins: [leanUplot],
      },
      ...{ bundle: true, splitting: true, minify: true, write: false, charset: 'utf8', legalComments: 'none' },
      ...{ format: 'esm', platform: 'browser', target: 'es2023', logLevel: 'silent' },
      ...{ assetNames: '[name]', chunkNames: '[name]-[hash]' },
      loader: { '.woff2': 'file', '.svg': 'file' },
    })
  } finally {
    await stop()
  }
}
