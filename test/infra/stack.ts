import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, type AppProps } from 'aws-cdk-lib'
import { onTestFinished } from 'vitest'
import { parseDeployment } from '../../infra/config.ts'
import { ScimStack } from '../../infra/scim-stack.ts'
import { synthesize } from '../../local/synthesize.ts'

/** The synthesised stack, once per test file. */
export const stack = synthesize()

// biome-ignore lint/suspicious/noExplicitAny: tests look into a template of their own making
type Properties = Record<string, any>

/** Logical id and properties of every resource of a type. */
export function resourcesOf(type: string): [id: string, properties: Properties][] {
  const resources = Object.entries(stack.template.Resources).filter(([, resource]) => resource.Type === type)
  return resources.map(([id, resource]) => [id, (resource.Properties ?? {}) as Properties])
}

/** The one resource of a type. */
export function theOnly(type: string): Properties {
  const [first, second] = resourcesOf(type)
  if (!first || second) throw new Error(`Expected one ${type}`)
  return first[1]
}

/** The stack in an app of one test, not yet synthesised; nothing is bundled, and its output goes with the test. */
export function newStack(props: AppProps = {}): { app: App; stack: ScimStack } {
  const outdir = mkdtempSync(join(tmpdir(), 'rolecall-infra-'))
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }))
  const context = { 'aws:cdk:bundling-stacks': [] }
  const app = new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false, context, ...props })
  return { app, stack: new ScimStack(app, 'rolecall', { deployment: parseDeployment(() => undefined, {}) }) }
}
