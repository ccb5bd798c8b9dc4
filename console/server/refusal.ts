import { FileError } from '../../shared/drift/file-error.ts'
import { presentError, ScimError } from '../../shared/scim/error.ts'
import type { Refusal } from '../api.ts'

/** A file that cannot be compared, and where in it the reason stands. */
export class UnreadableFile extends ScimError {
  readonly place: FileError['place']

  constructor(cause: FileError) {
    super(400, 'invalidSyntax', cause.message, { cause })
    this.place = cause.place
  }
}

/** What may be said of an error; what went wrong on our side is told to the terminal and not to the page. */
export function toRefusal(error: unknown, logFailure: (failure: Error) => void): ScimError {
  if (error instanceof ScimError) return error
  if (error instanceof FileError) return new UnreadableFile(error)
  logFailure(error as Error)
  return new ScimError(500, undefined, 'The console could not do this: its terminal says why; try again')
}

/** The body of a refusal. */
export const presentRefusal = (refusal: ScimError): Refusal => ({
  ...presentError(refusal),
  ...(refusal instanceof UnreadableFile && { place: refusal.place }),
})
