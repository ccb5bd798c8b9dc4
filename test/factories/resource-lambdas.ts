import { text } from 'node:stream/consumers'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import { provideRuntime, ResponseStream } from '../../local/gateway/lambda-runtime.ts'
import { toStreamedAnswer } from '../../local/gateway/streamed-answer.ts'
import { resourceReads, type ScimOperations } from '../../shared/http/resource-operations.ts'
import { SCIM_BASE } from '../../shared/http/routes.ts'
import { type ScimHandlerOptions, scimHandler } from '../../shared/http/scim-handler.ts'
import { STREAMED } from '../../shared/http/streamed.ts'
import { groupMembers } from '../../shared/resources/members.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Body = any
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Body
}

const STREAMED_OPERATIONS = resourceReads(RESOURCE_TYPES.Group, { derived: groupMembers })

/** These operations and, as its own function would, what reads groups, called with gateway events: answers whole, however they were sent. */
export function resourceLambdas(options: ScimHandlerOptions, operations: ScimOperations) {
  provideRuntime()
  const whole = scimHandler(options, operations as Parameters<typeof scimHandler>[1])
  const streamed = scimHandler<'group-reads'>(options, STREAMED_OPERATIONS, STREAMED)
  return async (event: APIGatewayProxyEvent, context: Context): Promise<Answer> => {
    const key = `${event.httpMethod} ${event.resource.replace(SCIM_BASE, '')}`
    const answer: unknown = await (key in STREAMED_OPERATIONS ? streamed : whole)(event, context)
    return answer instanceof ResponseStream ? collected(answer) : toAnswer(answer as APIGatewayProxyResult)
  }
}

const toAnswer = ({
  statusCode: status,
  headers = {},
  body,
}: Omit<APIGatewayProxyResult, 'multiValueHeaders'>): Answer => ({
  status,
  headers: headers as Record<string, string>,
  body: body === '' ? undefined : JSON.parse(body),
})

async function collected(stream: ResponseStream): Promise<Answer> {
  const { status, headers, body } = await toStreamedAnswer({ kind: 'stream', stream })
  return toAnswer({
    statusCode: status,
    headers: Object.fromEntries(headers),
    body: await text(body as AsyncIterable<Buffer>),
  })
}
