import { many, sayOwned } from '../../../shared/resources/say-owned.ts'
import type { DroppedIntegration } from '../../../shared/resources/views/integration.ts'
import { ask, send } from '../data/api.ts'
import { knownBeside } from '../data/known.ts'
import { Action, type Plan } from '../parts/action.tsx'
import { addressOf } from '../router/address.ts'
import { navigate } from '../router/place.ts'

/** Takes an integration away; what its role owns must have another owner, or another integration that runs as it. */
export const DropAction = ({ name }: { name: string }) => (
  <Action
    label="Drop"
    class="button"
    icon="minus"
    confirm={`Drop ${name}`}
    words={['integration', 'drop', name]}
    plan={async (signal) =>
      planOf(
        await ask<DroppedIntegration>({
          ...{ method: 'DELETE', path: ['admin', 'integrations', name], query: { dryRun: true }, signal },
        }),
      )
    }
    carryOut={async () => {
      const answer = await send({ method: 'DELETE', path: ['admin', 'integrations', name] })
      knownBeside().forgetIntegrations()
      return answer
    }}
    onDone={() => navigate(addressOf(['integrations']))}
  />
)

function planOf({ name, role, endedTokens, oauthClient, owns, sharedWith }: DroppedIntegration): Plan {
  const shared = sharedWith.length > 0 ? `, which ${sharedWith.join(', ')} runs as too` : ''
  return {
    count: 1,
    lines: [
      `${name} is gone, and ${many(endedTokens, 'token')}${oauthClient ? ' and its OAuth client' : ''} with it`,
      `Role ${role} stays and owns ${sayOwned(owns)}${shared}`,
    ],
    warning: 'An integration that was dropped does not come back.',
  }
}
