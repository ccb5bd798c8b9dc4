import type { ComponentType } from 'preact'
import type { IconName } from './parts/icon-name.ts'

/** What stands in the places of a path: `{ id }`. */
export type PageProps = { params: Readonly<Record<string, string>> }

/** One of the six places, as the rail shows it. */
export interface Place {
  name: string
  icon: IconName
  path: string
  /** The key behind `g`. */
  key: string
}

export const PLACES: readonly Place[] = [
  { name: 'Timeline', icon: 'timeline', path: '/', key: 't' },
  { name: 'Users', icon: 'users', path: '/users', key: 'u' },
  { name: 'Roles', icon: 'roles', path: '/roles', key: 'r' },
  { name: 'Integrations', icon: 'integrations', path: '/integrations', key: 'i' },
  { name: 'Drift', icon: 'drift', path: '/drift', key: 'd' },
  { name: 'Health', icon: 'health', path: '/health', key: 'h' },
]

type Loaded = { default: ComponentType<PageProps> }
/** The pages behind the first, which come together: apart, each would carry pieces of its own of what they share. */
type Others = typeof import('./others.ts')

const other = (name: keyof Others) => async (): Promise<Loaded> => ({ default: (await import('./others.ts'))[name] })

/** Every page by its path; loaded when it is first opened. `place` is the one that the rail marks. */
export const PAGES: readonly { path: string; place: string; load: () => Promise<Loaded> }[] = [
  { path: '/', place: '/', load: () => import('./timeline/page.tsx') },
  { path: '/timeline/:id', place: '/', load: other('EventPage') },
  { path: '/users', place: '/users', load: other('UsersPage') },
  { path: '/users/:id', place: '/users', load: other('UserPage') },
  { path: '/roles', place: '/roles', load: other('RolesPage') },
  { path: '/roles/:id', place: '/roles', load: other('RolePage') },
  { path: '/integrations', place: '/integrations', load: other('IntegrationsPage') },
  { path: '/integrations/:name', place: '/integrations', load: other('IntegrationPage') },
  { path: '/integrations/:name/setup', place: '/integrations', load: other('SetupPage') },
  { path: '/drift', place: '/drift', load: other('DriftPage') },
  { path: '/health', place: '/health', load: other('HealthPage') },
]
