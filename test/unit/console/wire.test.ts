import { expectTypeOf, test } from 'vitest'
import type * as page from '../../../console/page/data/wire.ts'
import type { InvariantStep } from '../../../shared/resources/check-invariants.ts'
import type { DroppedIntegration } from '../../../shared/resources/drop-integration.ts'
import type { NetworkPolicyView } from '../../../shared/resources/network-policies.ts'
import type { OAuthClientView } from '../../../shared/resources/oauth-clients.ts'
import type { IntegrationView } from '../../../shared/resources/present-integration.ts'
import type { IssuedToken, LastUse, ListedToken } from '../../../shared/resources/token-view.ts'
import type { Health } from '../../../shared/watch/health/health.ts'

test('the service answers what pages read', () => {
  expectTypeOf<IntegrationView>().toExtend<page.IntegrationView>()
  expectTypeOf<IssuedToken>().toExtend<page.IssuedToken>()
  expectTypeOf<OAuthClientView & LastUse>().toExtend<page.OAuthClientView>()
  expectTypeOf<DroppedIntegration>().toExtend<page.DroppedIntegration>()
  expectTypeOf<NetworkPolicyView>().toExtend<page.NetworkPolicyView>()
  expectTypeOf<Health>().toExtend<page.Health>()
  expectTypeOf<InvariantStep>().toExtend<page.InvariantStep>()
  expectTypeOf<ListedToken>().toExtend<page.ListedToken>()
})
