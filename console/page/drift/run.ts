import type { PresentedDrift } from '../../../shared/drift/summary.ts'
import type { DriftLine, Refusal } from '../../api.ts'
import { ApiError, reach } from '../data/api.ts'
import { jsonLines } from '../data/json-lines.ts'
import { type DriftFiles, type DriftOptions, formOf } from './form.ts'

/** How a report comes along. */
export type DriftState =
  | { is: 'waiting' }
  | { is: 'running'; users: number; of: number | undefined }
  | { is: 'done'; report: PresentedDrift; tookMs: number }
  | { is: 'failed'; refusal: Pick<Refusal, 'detail' | 'place'> }

/** One comparison after the other; the last one is there again when one comes back to the page. */
export class DriftRun {
  state: DriftState = { is: 'waiting' }
  files: DriftFiles | undefined
  #asked: { files: DriftFiles; options: string } | undefined
  #stop: AbortController | undefined
  readonly #listeners = new Set<() => void>()

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes other files. */
  take(files: DriftFiles): void {
    this.files = files
    this.cancel()
  }

  /** Ends what runs; the same can be asked again. */
  cancel(): void {
    this.#stop?.abort()
    this.#asked = undefined
    this.#set({ is: 'waiting' })
  }

  /** Compares the files, unless that is what was asked last. */
  compare(options: DriftOptions): void {
    const { files } = this
    const key = JSON.stringify(options)
    if (!files || (this.#asked?.files === files && this.#asked.options === key)) return
    this.#asked = { files, options: key }
    void this.#run(files, options)
  }

  async #run(files: DriftFiles, options: DriftOptions): Promise<void> {
    this.#stop?.abort()
    const stop = new AbortController()
    this.#stop = stop
    this.#set({ is: 'running', users: 0, of: undefined })
    const began = performance.now()
    try {
      for await (const line of askDrift(files, options, stop.signal)) {
        if (stop.signal.aborted) return
        this.#set(stateOf(line, performance.now() - began))
      }
    } catch (error) {
      if (stop.signal.aborted) return
      const detail = error instanceof Error ? error.message : String(error)
      this.#set({ is: 'failed', refusal: error instanceof Refused ? error.refusal : { detail } })
    }
  }

  #set(state: DriftState): void {
    this.state = state
    for (const listener of this.#listeners) listener()
  }
}

function stateOf(line: DriftLine, tookMs: number): DriftState {
  if ('progress' in line) return { is: 'running', ...line.progress }
  return 'report' in line ? { is: 'done', report: line.report, tookMs } : { is: 'failed', refusal: line.error }
}

class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.detail)
    this.refusal = refusal
  }
}

async function* askDrift(files: DriftFiles, options: DriftOptions, signal: AbortSignal): AsyncGenerator<DriftLine> {
  const answer = await reach({ method: 'POST', path: ['drift'], body: formOf(files, options), signal })
  if (!answer.ok) throw await refusalOf(answer)
  if (answer.body) yield* jsonLines<DriftLine>(answer.body)
}

async function refusalOf(answer: Response): Promise<Error> {
  const refusal = (await answer.json().catch(() => undefined)) as Refusal | undefined
  return refusal ? new Refused(refusal) : new ApiError(answer.status, `The console refused (${answer.status})`)
}
