import type { Page } from 'playwright-core'
import { oktaExport } from '../../local/demo/cast.ts'

/** What a picture is of, by the ids of those who are on it. */
export interface Picture {
  name: string
  path: (ids: Ids) => string
  /** What is done before it is taken. */
  act?: (page: Page) => Promise<void>
  /** What is waited for. */
  shows: string
  size?: { width: number; height: number }
}

export interface Ids {
  user: string
  role: string
  event: string
}

const PHONE = { width: 390, height: 844 }
const timeline = { path: () => '/?last=5m', shows: 'Okta deactivated bo.chen' }

/** Each page, as the documents show it. */
export const PICTURES: readonly Picture[] = [
  { name: 'timeline', ...timeline },
  { name: 'timeline-phone', ...timeline, size: PHONE },
  { name: 'event', path: ({ event }) => `/timeline/${event}`, shows: 'Raw event' },
  { name: 'users', path: () => '/users', shows: 'Ada Lindqvist' },
  { name: 'user', path: ({ user }) => `/users/${user}`, shows: 'Roles over time' },
  { name: 'roles', path: () => '/roles', shows: 'Engineering' },
  { name: 'role', path: ({ role }) => `/roles/${role}`, shows: 'Members over time' },
  { name: 'integrations', path: () => '/integrations', shows: 'OKTA_PROVISIONING' },
  { name: 'setup', path: () => '/integrations/OKTA_PROVISIONING/setup', shows: 'Live check' },
  { name: 'drift', path: () => '/drift', act: compare, shows: 'jun.park@example.com' },
  { name: 'health', path: () => '/health', shows: 'Invariant check' },
]

async function compare(page: Page): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose the export of users' }).click(),
  ])
  await chooser.setFiles({ name: 'okta.csv', mimeType: 'text/csv', buffer: Buffer.from(oktaExport()) })
}
