/** Where in a file something stands, and what would do there; as much of it as is known. */
export interface FilePlace {
  /** The file, by its name. */
  file?: string
  /** From 1. */
  line?: number
  /** The character of the line, from 1. */
  column?: number
  expected?: string
  /** The columns that the file has. */
  header?: readonly string[]
}

/** A file that cannot be compared: the message says what stands where, and what would do. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly place: FilePlace

  constructor(message: string, place: FilePlace = {}, options?: ErrorOptions) {
    super(message, options)
    this.place = place
  }
}

/** What `parse` makes of a file. @throws {FileError} naming the file. */
export function naming<Result>(file: string, parse: () => Result): Result {
  try {
    return parse()
  } catch (cause) {
    if (!(cause instanceof FileError)) throw cause
    throw new FileError(`${file}: ${cause.message}`, { file, ...cause.place }, { cause })
  }
}
