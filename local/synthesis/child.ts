import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InputRecorder } from './inputs.ts'

// Synthesises in a process of its own, since the CDK takes a second and more memory than all the rest, and tells its
// parent the gateway's model, together with every file of the project that was loaded to make it.
process.once('disconnect', () => process.exit())

const inputs = new InputRecorder()
for (const name of ['child.ts', 'gateway-model.ts', 'inputs.ts']) inputs.add(join(import.meta.dirname, name))
registerHooks({
  load: (url, context, nextLoad) => {
    if (url.startsWith('file:')) inputs.add(fileURLToPath(url))
    return nextLoad(url, context)
  },
})

const { loadConfig } = await import('../../infra/config/file.ts')
const { synthesize } = await import('../synthesize.ts')
const { toGatewayModel } = await import('../gateway/template.ts')
const model = toGatewayModel(synthesize(await loadConfig(), { env: process.env }))
process.send?.({ model, inputs: inputs.finish() }, () => process.disconnect())
