import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { SessionAnswer } from '../../api.ts'
import { useSession } from '../data/session.tsx'
import { PLACES } from '../pages.ts'
import { Icon } from '../parts/icon.tsx'
import { Panel } from '../parts/menu.tsx'
import { Toasts } from '../parts/toast.tsx'
import { Value } from '../parts/value.tsx'
import { accountNow, addressOf } from '../router/address.ts'
import { navigate } from '../router/place.ts'
import { AccountGate } from './account-gate.tsx'
import { useKeys } from './keys.ts'
import { KeysDialog } from './keys-dialog.tsx'
import { needs, useNeeds } from './needs.ts'
import { ThemeButton } from './theme-button.tsx'

/** Around every page: where one is, in which account, who looks; a rail, and a bar at the bottom of small windows. */
export function Frame({ place, children }: { place: string; children: ComponentChildren }) {
  const session = useSession()
  const [showsKeys, setShowsKeys] = useState(false)
  useKeys({
    '?': () => setShowsKeys(true),
    ...Object.fromEntries(PLACES.map(({ key, path }) => [`g ${key}`, () => navigate(toPlace(path))])),
  })
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="rail">
        <a class="word" href={toPlace('/')}>
          <Logo />
          Rolecall
        </a>
        <Account session={session} />
        <nav class="places" aria-label="Pages">
          <PlaceLinks place={place} />
        </nav>
        <Foot session={session} onKeys={() => setShowsKeys(true)} />
      </header>
      <main id="main">
        <AccountGate key={accountNow()}>{children}</AccountGate>
      </main>
      <nav class="bar" aria-label="Pages, small window">
        <PlaceLinks place={place} end={4} />
        <Panel label="More" icon="more" class={PLACES.slice(4).some(({ path }) => path === place) ? 'current' : ''}>
          {() => (
            <div class="more">
              <PlaceLinks place={place} start={4} />
              <Foot session={session} onKeys={() => setShowsKeys(true)} />
            </div>
          )}
        </Panel>
      </nav>
      <Toasts />
      {showsKeys ? <KeysDialog onClose={() => setShowsKeys(false)} /> : null}
    </div>
  )
}

const toPlace = (path: string): string => addressOf(path.split('/').filter(Boolean))

function PlaceLinks({ place, start = 0, end = PLACES.length }: { place: string; start?: number; end?: number }) {
  useNeeds()
  return (
    <>
      {PLACES.slice(start, end).map(({ name, icon, path }) => (
        <a key={path} href={toPlace(path)} aria-current={path === place ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{name}</span>
          {needs(path) > 0 ? (
            <span class="needs">
              {needs(path)}
              <span class="unseen"> need you</span>
            </span>
          ) : null}
        </a>
      ))}
    </>
  )
}

const Logo = () => (
  <svg class="logo" viewBox="0 0 22 22" aria-hidden="true">
    <rect class="ink" x="1" y="2" width="13" height="4" rx="2" />
    <rect class="ink" x="1" y="9" width="20" height="4" rx="2" />
    <rect class="blue" x="1" y="16" width="8" height="4" rx="2" />
    <circle class="blue" cx="19" cy="4" r="2" />
  </svg>
)

function Account({ session }: { session: SessionAnswer | undefined }) {
  const shown = new URLSearchParams(location.search).get('account') ?? session?.account ?? 'default'
  const accounts = [...new Set([shown, ...(session?.accounts ?? [])])]
  const choose = (account: string) => navigate(account === session?.account ? '/' : addressOf([], undefined, account))
  return (
    <label class="account">
      <span>Account</span>
      <select value={shown} onChange={(event) => choose(event.currentTarget.value)}>
        {accounts.map((account) => (
          <option key={account}>{account}</option>
        ))}
      </select>
      <Icon name="chevron" class="down" />
    </label>
  )
}

/** Who looks: the last segment of the ARN, the whole of it on hover; where, and whether they may only read. */
function Foot({ session, onKeys }: { session: SessionAnswer | undefined; onKeys: () => void }) {
  const { principal = '', url = '', mayWrite = true } = session ?? {}
  return (
    <div class="foot">
      <div class="who">
        <span title={principal}>
          <b>
            <Value text={principal.split('/').at(-1) ?? ''} />
          </b>
          {mayWrite ? null : ', read-only'}
        </span>
        <span title={url}>{whereOf(session)}</span>
      </div>
      <button type="button" class="bare" onClick={onKeys} aria-label="Keys" title="Keys">
        <kbd>?</kbd>
      </button>
      <ThemeButton />
    </div>
  )
}

/** Of several regions which one answered, and whether it takes changes; of one its name, unless it is this machine. */
function whereOf({ region = '', regions, url = '' }: Partial<SessionAnswer> = {}): string {
  if (regions) return `${regions.own}, ${regions.primary === regions.own ? 'primary' : 'secondary'}`
  return /^https?:\/\/(127\.0\.0\.1|localhost)\b/.test(url) ? 'local system' : region
}
