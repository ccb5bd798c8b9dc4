/** Every limit of the protocol, once: what we advertise in ServiceProviderConfig is what we enforce (CHECKLIST DIS-4). */

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024
/** Largest body of a request to `/Groups`, in bytes: room for large member lists. */
export const MAX_MEMBERSHIP_BODY_BYTES = 5 * 1024 * 1024
/** Arrays and objects inside each other in a JSON body. */
export const MAX_JSON_DEPTH = 32

/** Length of a filter, in UTF-16 code units. */
export const MAX_FILTER_LENGTH = 10_240
/** Parentheses, `not` and value paths inside each other in a filter. */
export const MAX_FILTER_DEPTH = 32
/** Comparisons and logical operators of a filter. */
export const MAX_FILTER_NODES = 200

/** Operations of one PATCH. */
export const MAX_PATCH_OPERATIONS = 1000
/** Operations of one Bulk request, advertised as `bulk.maxOperations`. */
export const MAX_BULK_OPERATIONS = 100

/** Resources of a page when the client asks for no `count`. */
export const DEFAULT_COUNT = 100
/** Most resources of a page, advertised as `filter.maxResults` and `pagination.maxPageSize`. */
export const MAX_COUNT = 1000
/** How long a cursor works, in seconds (RFC 9865 §4), and a mark for the next page by index. */
export const CURSOR_TIMEOUT_SECONDS = 600

/** A unique name, folded, in UTF-8 bytes: longer ones would not fit a key. */
export const MAX_NAME_BYTES = 1000
/** The attributes of one resource as JSON without members, in UTF-8 bytes: well inside a DynamoDB item. */
export const MAX_RESOURCE_BYTES = 256 * 1024
/** A member's `display`, in UTF-8 bytes: a hundred memberships must fit one transaction. */
export const MAX_DISPLAY_BYTES = 10_000
/** Members that one request may name: what a partition of the table applies within half a minute. */
export const MAX_NAMED_MEMBERS = 20_000
/** E-mail addresses of one user: each has a lookup item, and replacing them all must fit one transaction of 100. */
export const MAX_EMAILS = 40
/** Resources a filter without an index, or a sort, may look at; past it 400 tooMany (docs/decisions/0004-bounded-scans.md). */
export const MAX_SCANNED_RESOURCES = 10_000
