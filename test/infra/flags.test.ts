import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import cdk from '../../cdk.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..', '..')

test('every feature flag of the CDK is decided, since to change one later renames what is deployed', () => {
  const path = join(ROOT, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json')
  const recommended = JSON.parse(readFileSync(path, 'utf8'))
  expect(cdk.context).toEqual(recommended)
})
