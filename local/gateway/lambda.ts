import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Context } from 'aws-lambda'
import type { LambdaName } from '../../infra/bundling.ts'
import { LOCAL_ACCOUNT, LOCAL_AWS } from '../environment.ts'
import { ResponseStream } from './lambda-runtime.ts'
import type { FunctionModel } from './template.ts'

/** Largest event and largest answer of an invocation, in bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 6_291_556

export type LambdaHandler = (event: unknown, context: Context) => unknown
export type LambdaHandlers = Readonly<Record<LambdaName, LambdaHandler>>

/** How an invocation ended, or began to answer; `timeout` is the caller's or the function's own limit. */
export type Invocation =
  | { kind: 'done'; payload: unknown }
  | { kind: 'stream'; stream: ResponseStream }
  | { kind: 'crash'; error: Error }
  | { kind: 'timeout' }

/**
 * The handlers of `functions/<name>/handler.ts`, each imported by its first call: its cold start. Two systems of one
 * process, which have two configurations, name two starts.
 */
export function coldHandlers(names: readonly LambdaName[], start?: string): LambdaHandlers {
  return Object.fromEntries(names.map((name) => [name, coldHandler(name, start)])) as LambdaHandlers
}

/** Imports the handlers at once; their configuration has to be in the environment by then. */
export async function warmHandlers(names: readonly LambdaName[]): Promise<LambdaHandlers> {
  const handlers = await Promise.all(names.map(async (name) => [name, await importHandler(name)]))
  return Object.fromEntries(handlers) as LambdaHandlers
}

function coldHandler(name: LambdaName, start?: string): LambdaHandler {
  let handler: Promise<LambdaHandler> | undefined
  return async (event, context) => {
    handler ??= importHandler(name, start)
    return (await handler)(event, context)
  }
}

async function importHandler(name: LambdaName, start?: string): Promise<LambdaHandler> {
  const path = join(import.meta.dirname, '..', '..', 'functions', name, 'handler.ts')
  const file = start === undefined ? path : `${path}?start=${start}`
  const module = (await import(/* @vite-ignore */ file)) as { handler: LambdaHandler }
  return module.handler
}

/**
 * Calls a handler as Lambda does: the event read from its JSON, a context, a time limit in milliseconds. A streamed answer
 * is cut where the limit is reached.
 */
export async function runHandler(
  handler: LambdaHandler,
  payload: string,
  model: FunctionModel,
  limitMs = model.timeoutMs,
): Promise<Invocation> {
  const timeoutMs = Math.min(limitMs, model.timeoutMs)
  const expired = Promise.withResolvers<Invocation>()
  const timer = setTimeout(() => expired.resolve({ kind: 'timeout' }), timeoutMs)
  const invocation = await Promise.race([
    settle(handler, payload, lambdaContext(model, Date.now() + model.timeoutMs)),
    expired.promise,
  ])
  if (invocation.kind !== 'stream') {
    clearTimeout(timer)
    return invocation
  }
  const { stream } = invocation
  stream.once('close', () => clearTimeout(timer))
  void expired.promise.then(() => stream.destroy(new OutOfTime(`The function ran longer than ${timeoutMs} ms`)))
  return invocation
}

/** Ends a streamed answer at the limit of its function. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

async function settle(handler: LambdaHandler, payload: string, context: Context): Promise<Invocation> {
  try {
    const answer = await handler(JSON.parse(payload), context)
    if (answer instanceof ResponseStream) return { kind: 'stream', stream: answer }
    return { kind: 'done', payload: answer === undefined ? null : JSON.parse(JSON.stringify(answer)) }
  } catch (error) {
    return { kind: 'crash', error: error instanceof Error ? error : new Error(String(error)) }
  }
}

function lambdaContext(model: FunctionModel, deadline: number): Context {
  const { functionName, memoryMb } = model
  return {
    awsRequestId: randomUUID(),
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${LOCAL_AWS.region}:${LOCAL_ACCOUNT}:function:${functionName}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: noCallback,
    fail: noCallback,
    succeed: noCallback,
  }
}

function noCallback(): never {
  throw new Error('nodejs24.x has no callback-style handlers: return a promise')
}
