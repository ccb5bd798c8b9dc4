/** How long the gateway keeps the authorizer's answer for a token and an address, in seconds. */
export const AUTHORIZER_CACHE_SECONDS = 60
