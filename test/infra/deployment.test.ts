import { Duration } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { IdentitySource, RequestAuthorizer, type RequestAuthorizerProps } from 'aws-cdk-lib/aws-apigateway'
import { expect, test } from 'vitest'
import { newStack, resourcesOf } from './stack.ts'

const DEPLOYMENT = 'AWS::ApiGateway::Deployment'

/** The deployment's logical id, with an authorizer that differs in these properties. */
function deploymentId(changed: Partial<RequestAuthorizerProps> = {}): string {
  const constructUniqueId = RequestAuthorizer.PROPERTY_INJECTION_ID
  const inject = (props: object) => ({ ...props, ...changed })
  const { stack } = newStack({ propertyInjectors: [{ constructUniqueId, inject }] })
  return Object.keys(Template.fromStack(stack).findResources(DEPLOYMENT)).join()
}

test('the API is deployed once, under an id that is the same each time', () => {
  expect(deploymentId()).toBe(resourcesOf(DEPLOYMENT)[0]?.[0])
})

test.each<[string, Partial<RequestAuthorizerProps>]>([
  ['cache time', { resultsCacheTtl: Duration.seconds(30) }],
  ['identity source', { identitySources: [IdentitySource.header('Authorization')] }],
])('another %s of the authorizer makes a new deployment of the API', (_what, changed) => {
  expect(deploymentId(changed)).not.toBe(deploymentId())
})
