import { CUSTOM } from './custom.ts'
import { ENTRA } from './entra.ts'
import type { Guide } from './guide.ts'
import { JUMPCLOUD } from './jumpcloud.ts'
import { OKTA } from './okta.ts'
import { ONELOGIN } from './onelogin.ts'
import { PING } from './ping.ts'
import { SAILPOINT } from './sailpoint.ts'

/** Every guide, by the word that is typed for it. */
export const GUIDES = {
  okta: OKTA,
  entra: ENTRA,
  ping: PING,
  sailpoint: SAILPOINT,
  jumpcloud: JUMPCLOUD,
  onelogin: ONELOGIN,
  custom: CUSTOM,
} as const satisfies Record<string, Guide>

export type GuideName = keyof typeof GUIDES
export const GUIDE_NAMES = Object.keys(GUIDES) as GuideName[]

/** The guide an integration was most likely set up by: by its name, else by its kind. */
export function guideOf({ name, clientKind }: { name: string; clientKind: Guide['kind'] }): Guide {
  const guides: Guide[] = Object.values(GUIDES)
  const alike = guides.find(({ integration, kind }) => integration === name && kind === clientKind)
  return alike ?? guides.findLast(({ kind }) => kind === clientKind) ?? CUSTOM
}
