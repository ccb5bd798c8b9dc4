import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** How long and how often a link opens the page: a good while and any number of times, or once. */
export interface LinkTerms {
  once: boolean
  /** Epoch milliseconds; nothing where it works as long as the server does. */
  until?: number
}

/**
 * Who may use the page: whoever came by the link. Exchanging it gives a cookie that no script sees; writes also carry a
 * word that only the page can know, since pages of other ports on this machine count as the same site.
 */
export class Session {
  readonly link = newSecret()
  readonly csrf = newSecret()
  readonly #cookie = newSecret()
  readonly #cookieName: string
  readonly #terms: LinkTerms
  #isUsed = false

  /** Cookies know no ports, hence the name. */
  constructor(port: string, terms: LinkTerms) {
    this.#cookieName = `rolecall-${port}`
    this.#terms = terms
  }

  /** The cookie to set for a link that is good, which is then used up where it is good once. */
  exchange(link: string, now: number): string | undefined {
    const { once, until = Number.POSITIVE_INFINITY } = this.#terms
    if (!isSame(link, this.link) || (once && this.#isUsed) || now > until) return undefined
    this.#isUsed = true
    return `${this.#cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a request's cookies hold ours. */
  isOpenTo(cookies: string | undefined): boolean {
    const given = (cookies ?? '').split('; ').filter((pair) => pair.startsWith(`${this.#cookieName}=`))
    return given.some((pair) => isSame(pair.slice(this.#cookieName.length + 1), this.#cookie))
  }

  /** Whether a write carries the page's word. */
  isOwnWrite(word: string | undefined): boolean {
    return word !== undefined && isSame(word, this.csrf)
  }
}

const newSecret = () => randomBytes(32).toString('base64url')

/** Takes the same time for every text: digests are compared, whole. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
