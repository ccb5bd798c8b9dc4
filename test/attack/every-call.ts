import type { GatewayModel, MethodModel } from '../../local/gateway/template.ts'

/** A path and a method that the template knows, with who is let in there. */
export interface TemplateCall {
  method: string
  /** Its variables are filled. */
  path: string
  /** As the template writes it. */
  route: string
  by: 'token' | 'iam' | 'nobody'
}

/** What stands for the variables of a path; those that are not named are some word. */
export type Filling = Readonly<Record<string, string>>

/** What `ANY` of a path takes, whether the route serves it or not. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** Every method of every path that the template has: none is listed by hand, so a new route is attacked with the rest. */
export function everyCall({ routes }: Pick<GatewayModel, 'routes'>, fill: (route: string) => Filling): TemplateCall[] {
  return routes.flatMap(({ path: route, methods }) =>
    METHODS.flatMap((method) => {
      const model = methods.get(method) ?? methods.get('ANY')
      return model ? [{ method, route, path: fillIn(route, fill(route)), by: byOf(model) }] : []
    }),
  )
}

const fillIn = (route: string, filling: Filling): string =>
  route.replace(/\{(\w+)\+?\}/g, (_, name: string) => filling[name] ?? 'some')

function byOf({ authorization }: MethodModel): TemplateCall['by'] {
  if (authorization === 'NONE') return 'nobody'
  return authorization === 'AWS_IAM' ? 'iam' : 'token'
}
