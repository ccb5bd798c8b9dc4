import { createServer } from 'node:http'
import { closeServer, listenOnLoopback } from '../../shared/http/loopback.ts'
import { type ConsoleOptions, createConsole } from './console.ts'

/** A console on a port of its own. */
export interface ServedConsole {
  /** What opens it in a browser. */
  link: string
  close(): Promise<void>
}

/** Serves a console on 127.0.0.1; port 0 takes any free one. @throws {Error} on a port in use. */
export async function serveConsole(options: Omit<ConsoleOptions, 'url'>, port: number): Promise<ServedConsole> {
  const server = createServer()
  const page = createConsole({ ...options, url: await listenOnLoopback(server, port) })
  server.on('request', page.serve).on('checkContinue', page.serve)
  return { link: page.link, close: () => closeServer(server) }
}
