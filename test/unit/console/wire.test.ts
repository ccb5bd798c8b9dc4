import { expectTypeOf, test } from 'vitest'
import type * as page from '../../../console/page/data/wire.ts'
import type { DroppedIntegration } from '../../../shared/resources/drop-integration.ts'
import type { NetworkPolicyView } from '../../../shared/resources/network-policies.ts'
import type { OAuthClientView } from '../../../shared/resources/oauth-clients.ts'
import type { IntegrationView } from '../../../shared/resources/present-integration.ts'
import type { IssuedToken, LastUse, ListedToken } from '../../../shared/resources/token-view.ts'

test('the service answers what pages read', () => {
  expectTypeOf<IntegrationView>().toExtend<page.IntegrationView>()
  expectTypeOf<IssuedToken>().toExtend<page.IssuedToken>()
  expectTypeOf<OAuthClientView & LastUse>().toExtend<page.OAuthClientView>()
  expectTypeOf<DroppedIntegration>().toExtend<page.DroppedIntegration>()
  expectTypeOf<NetworkPolicyView>().toExtend<page.NetworkPolicyView>()
  expectTypeOf<ListedToken>().toExtend<page.ListedToken>()
})
