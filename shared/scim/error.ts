/** The detail error keywords of RFC 7644 table 9 and RFC 9865 §3. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** A refusal the client may read: `message` is sent as `detail` (RFC 7644 §3.12). */
export class ScimError extends Error {
  override readonly name = 'ScimError'
  readonly status: number
  readonly scimType: ScimType | undefined
  /** Extra response headers, such as `Allow` or `Retry-After`. */
  readonly headers: Record<string, string>

  constructor(
    status: number,
    scimType: ScimType | undefined,
    detail: string,
    options: ErrorOptions & { headers?: Record<string, string> } = {},
  ) {
    super(detail, options)
    this.status = status
    this.scimType = scimType
    this.headers = options.headers ?? {}
  }
}

/** 404: the account is not there, so the refusal cannot stand in its history. */
export class NoSuchAccount extends ScimError {
  constructor(detail: string) {
    super(404, undefined, detail)
  }
}

/** The body of an error answer: `status` is a JSON string equal to the HTTP status (RFC 7644 §3.12). */
export interface ErrorBody {
  schemas: [typeof ERROR_SCHEMA]
  status: string
  scimType?: ScimType
  detail: string
}

export function presentError(error: ScimError): ErrorBody {
  const { status, scimType, message } = error
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType && { scimType }), detail: message }
}

export const invalidSyntax = (detail: string, options?: ErrorOptions) =>
  new ScimError(400, 'invalidSyntax', detail, options)
/** The refusal of what has two values: names that differ by letter case only are one name (RFC 7643 §2.1). */
export const namedTwice = (name: string) => invalidSyntax(`Cannot read ${name}: it is named twice; send it once`)
export const invalidValue = (detail: string, options?: ErrorOptions) =>
  new ScimError(400, 'invalidValue', detail, options)
export const invalidFilter = (detail: string) => new ScimError(400, 'invalidFilter', detail)
export const invalidPath = (detail: string) => new ScimError(400, 'invalidPath', detail)
export const noTarget = (detail: string) => new ScimError(400, 'noTarget', detail)
export const mutability = (detail: string) => new ScimError(400, 'mutability', detail)
export const uniqueness = (detail: string) => new ScimError(409, 'uniqueness', detail)
export const invalidCount = (detail: string) => new ScimError(400, 'invalidCount', detail)
export const unauthorized = (detail: string) => new ScimError(401, undefined, detail)
export const forbidden = (detail: string) => new ScimError(403, undefined, detail)
export const tooMany = (detail: string) => new ScimError(400, 'tooMany', detail)
export const tooLarge = (detail: string) => new ScimError(413, undefined, detail)
export const notFound = (detail: string) => new ScimError(404, undefined, detail)
export const preconditionFailed = (detail: string) => new ScimError(412, undefined, detail)
