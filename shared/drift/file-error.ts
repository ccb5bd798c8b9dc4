/** A file that cannot be compared: the message says what stands where, and what would do. */
export class FileError extends Error {
  override readonly name = 'FileError'
}
