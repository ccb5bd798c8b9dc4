import { expectTypeOf, test } from 'vitest'
import type * as page from '../../../console/page/data/wire.ts'
import type { IntegrationView } from '../../../shared/resources/present-integration.ts'
import type { IssuedToken, ListedToken } from '../../../shared/resources/token-view.ts'

test('the service answers what pages read', () => {
  expectTypeOf<IntegrationView>().toExtend<page.IntegrationView>()
  expectTypeOf<IssuedToken>().toExtend<page.IssuedToken>()
  expectTypeOf<ListedToken>().toExtend<page.ListedToken>()
})
