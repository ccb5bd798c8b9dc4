/** A Lambda's answer ends at 6 MB (6,291,556 bytes); the difference leaves room for status and headers. */
export const MAX_ANSWER_BYTES = 6_200_000

/** The bytes that a body takes in what Lambda sends: JSON text inside JSON, where each quote of it is escaped again. */
export const sentBytes = (body: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(body)))
