import type { AdminContext } from '../../shared/resources/admin-context.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createNetworkPolicy } from '../../shared/resources/network-policies.ts'

/** Attaches a new network policy with these lists to an integration; every call has its own context. */
export async function fence(
  context: () => AdminContext,
  integration: string,
  lists: { allowed?: string[]; blocked?: string[] },
): Promise<void> {
  const name = `FENCE_OF_${integration}`
  await createNetworkPolicy(context(), { name, ...lists })
  await changeIntegration(context(), integration, { networkPolicy: name })
}
