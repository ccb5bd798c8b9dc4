/** The deployed API as the gateway and the function's environment name it, never as the request's path does. */
export interface DeployedApi {
  region: string
  accountId: string
  apiId: string
  stage: string
}

/** What a token opens: these methods on everything below `base`, and nothing else. */
export interface Surface {
  methods: readonly string[]
  /** `/scim/v2` */
  base: string
}

export interface PolicyDocument {
  Version: '2012-10-17'
  Statement: { Action: 'execute-api:Invoke'; Effect: 'Allow' | 'Deny'; Resource: string[] }[]
}

/**
 * One policy for the whole surface: the gateway caches it and applies it to the client's next requests, whatever
 * their method and path. One ARN per method, so that neither method nor stage is ever a wildcard.
 */
export function toPolicy(effect: 'Allow' | 'Deny', api: DeployedApi, surface: Surface): PolicyDocument {
  const { region, accountId, apiId, stage } = api
  const prefix = `arn:${partitionOf(region)}:execute-api:${region}:${accountId}:${apiId}/${stage}`
  const Resource = surface.methods.map((method) => `${prefix}/${method}${surface.base}/*`)
  return { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource }] }
}

/** China and GovCloud have partitions of their own. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
