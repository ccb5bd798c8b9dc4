import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import type { Answer, Body, Request } from './client.ts'

/** A name that no other test uses. */
export const unique = (stem: string): string => `${stem}-${randomUUID().slice(0, 8)}`

/** Creates a user under a name of its own; answers it as the server does. */
export async function givenUser(request: Request, more: object = {}): Promise<Body> {
  return created(await request('POST', '/Users', newUser(unique('user'), more)))
}

/** Creates a group of these users under a name of its own; answers it as the server does. */
export async function givenGroup(
  request: Request,
  memberIds: readonly string[] = [],
  more: object = {},
): Promise<Body> {
  const members = memberIds.map((value) => ({ value }))
  return created(await request('POST', '/Groups', newGroup(unique('group'), { members, ...more })))
}

function created({ status, body }: Answer): Body {
  expect({ status, body }).toMatchObject({ status: 201 })
  return body
}

/** Sends a PATCH of these operations; answers what came back. */
export const patch = (request: Request, { meta }: Body, ...operations: unknown[]): Promise<Answer> =>
  request('PATCH', pathOf(meta.location), patchOf(...operations))

/** The resource as it is now. */
export async function readAgain(request: Request, { meta }: Body): Promise<Body> {
  const { status, body } = await request('GET', pathOf(meta.location))
  expect(status).toBe(200)
  return body
}

/** The path of a resource's location, relative to the base URL. */
export const pathOf = (location: string): string => location.slice(location.indexOf('/scim/v2') + '/scim/v2'.length)

/** What `refusalOf` finds in a whole SCIM error: HTTP status, scimType (or none) and detail. */
export type Refusal = [status: number, scimType: string | undefined, detail: string]

/** Reads an answer that must be a SCIM error and nothing else (RFC 7644 §3.12). */
export function refusalOf({ status, headers, body }: Answer): Refusal {
  const { scimType, detail } = body
  expect(headers['content-type']).toBe('application/scim+json')
  expect(body).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: expect.any(String),
  })
  return [status, scimType, detail]
}

/** The members' ids, in any order. */
export const memberIds = ({ members }: Body): string[] => members.map(({ value }: Body) => value).sort()
