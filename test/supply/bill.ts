import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './locked.ts'
import { type Parts, partsOfFunctions, partsOfPage } from './shipped.ts'

/** A component of a CycloneDX document, as far as it is touched here. */
interface Component {
  name: string
  properties?: { name: string; value: string }[]
}

interface Document {
  serialNumber: string
  metadata: { timestamp?: string; component: { name: string } }
  components: Component[]
}

/**
 * The software bill of materials as npm makes it of the lock (CycloneDX 1.5), with what npm cannot know: which function's
 * bundle, and the console's page, hold how many bytes of a package. It names no moment and no chance number, so the same
 * lock and code give the same bytes.
 * @throws {Error} with what npm says, where it cannot make one (it can since version 10).
 */
export async function billOfMaterials(): Promise<string> {
  const { serialNumber: _, metadata, components, ...rest } = askNpm()
  const { timestamp: __, ...told } = metadata
  const holders = [...(await partsOfFunctions()), ["the console's page", await partsOfPage()] as const]
  const document = {
    ...rest,
    serialNumber: serialOf(readFileSync(join(ROOT, 'package-lock.json'))),
    metadata: { ...told, component: { ...told.component, name: 'rolecall' } },
    components: components.map((one) => ({
      ...one,
      properties: [...(one.properties ?? []), ...whereIn(one.name, holders)],
    })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const whereIn = (name: string, holders: readonly (readonly [string, Parts])[]) =>
  holders.flatMap(([holder, parts]) => {
    const bytes = parts.get(name)
    return bytes === undefined ? [] : [{ name: 'rolecall:shipped', value: `${holder}: ${bytes} bytes` }]
  })

function askNpm(): Document {
  const cli = process.env.npm_execpath
  const [file = '', ...args] = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
  const asked = [...args, 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { status, stdout, stderr, error } = spawnSync(file, asked, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (status !== 0) throw new Error(`npm cannot make the document (npm 10 or later can): ${error?.message ?? stderr}`)
  return JSON.parse(stdout)
}

/** A UUID that follows from the lock. */
function serialOf(lock: Buffer): string {
  const hex = createHash('sha256').update(lock).digest('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)]
  return `urn:uuid:${parts.join('-')}`
}
