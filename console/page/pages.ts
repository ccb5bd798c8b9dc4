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

/** Every page by its path; loaded when it is first opened. `place` is the one that the rail marks. */
export const PAGES: readonly { path: string; place: string; load: () => Promise<Loaded> }[] = [
  { path: '/', place: '/', load: () => import('./timeline/page.tsx') },
  { path: '/timeline/:id', place: '/', load: () => import('./event/page.tsx') },
  { path: '/users', place: '/users', load: () => import('./users/page.tsx') },
  { path: '/users/:id', place: '/users', load: () => import('./users/user-page.tsx') },
  { path: '/roles', place: '/roles', load: () => import('./roles/page.tsx') },
  { path: '/roles/:id', place: '/roles', load: () => import('./roles/role-page.tsx') },
  { path: '/integrations', place: '/integrations', load: () => import('./integrations/page.tsx') },
  { path: '/integrations/:name', place: '/integrations', load: () => import('./integrations/integration-page.tsx') },
  { path: '/integrations/:name/setup', place: '/integrations', load: () => import('./integrations/setup-page.tsx') },
  { path: '/drift', place: '/drift', load: () => import('./drift/page.tsx') },
  { path: '/health', place: '/health', load: () => import('./health/page.tsx') },
]
