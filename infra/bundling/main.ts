import { BACKGROUND_NAMES, bundleInto, LAMBDA_NAMES } from '../bundling.ts'
import { OPTIONAL_PARTS } from './left-out.ts'

// Bundles one function into a folder: `main.ts users build/users`, behind them the parts that its deployment lacks. A process of its own, since CDK waits for bundles
// without letting anything else run, and esbuild's plugins need just that.
const [name, folder, ...without] = process.argv.slice(2)
const names = [...LAMBDA_NAMES, ...BACKGROUND_NAMES]
const known = names.find((one) => one === name)
if (!known || !folder) throw new Error(`Cannot bundle "${name}": expected one of ${names.join(', ')} and a folder`)
await bundleInto(
  known,
  folder,
  OPTIONAL_PARTS.filter((part) => without.includes(part)),
)
