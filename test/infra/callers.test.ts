import { expect, test } from 'vitest'
import { type MethodModel, toGatewayModel } from '../../local/gateway/template.ts'
import { stack } from './stack.ts'

/** Who gets through to the function of a method. */
function callersOf({ authorization, needsKey }: MethodModel): string {
  if (authorization === 'NONE') return 'everybody'
  if (authorization === 'AWS_IAM') return 'principals of the AWS account that IAM allows'
  return `bearers of a token${needsKey ? ', each with its share' : ''}`
}

test('every path and method is listed with who may call it, and a change of it is seen', async () => {
  const lines = toGatewayModel(stack).routes.flatMap(({ path, methods }) =>
    [...methods].map(([method, model]) => `${method.padEnd(5)} ${path}: ${callersOf(model)} → ${model.function}`),
  )
  const byPath = (a: string, b: string) => (a.slice(6) < b.slice(6) ? -1 : 1)
  await expect(`${lines.sort(byPath).join('\n')}\n`).toMatchFileSnapshot('callers.txt')
})
