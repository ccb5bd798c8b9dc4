const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Whether a text looks like an id that we have given (RFC 7643 §3.1), in any letter case. */
export const isResourceId = (text: string): boolean => UUID.test(text)
