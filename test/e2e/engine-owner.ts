// A process that owns an engine: starts one over the folder it is given, says where, and goes on until it is killed.
import { startEngine } from '../../local/engine/engine.ts'

const { endpoint } = await startEngine({ dataDir: process.argv[2] ?? '' })
process.stdout.write(endpoint)
