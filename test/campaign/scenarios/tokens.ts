import { createIntegration } from '../../../shared/resources/integrations.ts'
import { rotateToken } from '../../../shared/resources/token-rotation.ts'
import { issueToken, revokeToken } from '../../../shared/resources/tokens.ts'
import { insistAs } from '../client.ts'
import type { Scenario } from '../scenario.ts'

/** A token is issued, rotated and revoked, and another one stays. */
export const TOKENS: Scenario = {
  name: 'tokens',
  async *play(client, turn) {
    const name = `OKTA_${turn.toUpperCase()}`
    yield* insistAs(client, (context) => createIntegration(context, { name, clientKind: 'OKTA' }))
    const issue = () => insistAs(client, (context) => issueToken(context, { integration: name }))
    const first = yield* issue()
    const second = yield* issue()
    if (!first || !second) return
    yield* insistAs(client, (context) => rotateToken(context, first.tokenId, {}))
    yield* insistAs(client, (context) => revokeToken(context, second.tokenId))
  },
}
