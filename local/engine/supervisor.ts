import { spawn } from 'node:child_process'

// Runs the command it is given and ends it when the process that started us is gone, however it went: the IPC
// channel closes even after kill -9, where a plain child would live on.
const [command, ...args] = process.argv.slice(2)
if (!command) throw new Error('No command to supervise')

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
const end = () => child.kill('SIGTERM')
process.on('disconnect', end)
process.on('SIGTERM', end)
// Ctrl-C reaches the whole group; our parent decides when the engine stops.
process.on('SIGINT', () => {})

child.on('error', (error: NodeJS.ErrnoException) => {
  if (process.connected) process.send?.({ failed: error.code ?? error.message })
  process.exitCode = 127
  if (process.connected) process.disconnect()
})
child.on('exit', (code, signal) => {
  process.exit(code ?? (signal === 'SIGTERM' ? 143 : 1))
})
