import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const CLI = join(import.meta.dirname, '..', '..', 'cli')
const DEFINITION = /^(?:export )?(?:async )?(?:function\*? |const )(\w+)/gm

test('no two things of the CLI have one name', () => {
  const names = globSync('**/*.ts', { cwd: CLI }).flatMap((file) =>
    [...readFileSync(join(CLI, file), 'utf8').matchAll(DEFINITION)].map(([, name]) => name),
  )
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  expect(names.length).toBeGreaterThan(80)
})
