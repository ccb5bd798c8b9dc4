import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOM = join(import.meta.dirname, '..', '..', '..', 'shared', 'scim')
const FUNCTION = /^(?:export )?(?:async )?function (\w+)|^(?:export )?const (\w+) = (?:async )?(?:<[^>]*>)?\(/gm

test('no two functions of scim have one name: whoever reads a call knows which is meant', () => {
  const files = globSync('**/*.ts', { cwd: ROOM })
  const named = files.flatMap((file) =>
    [...readFileSync(join(ROOM, file), 'utf8').matchAll(FUNCTION)].map(([, one, other]) => one ?? other),
  )
  expect(named.length).toBeGreaterThan(200)
  expect(named.filter((name, at) => named.indexOf(name) !== at)).toEqual([])
})
