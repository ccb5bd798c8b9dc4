/** Writes the bill of materials and says what is in each function: `npm run sbom`, with `--write` also docs/licences.md. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeTables } from '../bench/report.ts'
import { billOfMaterials } from './bill.ts'
import { licenceTables } from './licences.ts'
import { ROOT } from './locked.ts'
import { partsOfFunctions, partsOfPage } from './shipped.ts'

const FILE = 'rolecall.cdx.json'

writeFileSync(join(ROOT, FILE), await billOfMaterials())
const holders = [...(await partsOfFunctions()), ["the console's page", await partsOfPage()] as const]
for (const [holder, parts] of holders) {
  const whole = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0)
  process.stdout.write(`${holder}, ${inKb(whole)} minified\n`)
  for (const [name, bytes] of parts) process.stdout.write(`  ${inKb(bytes).padStart(9)}  ${name}\n`)
}
process.stdout.write(`\nThe bill of materials (CycloneDX) is in ${FILE}\n`)
if (process.argv.includes('--write')) writeTables(join(ROOT, 'docs', 'licences.md'), await licenceTables())

function inKb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`
}
