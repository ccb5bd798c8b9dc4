import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { LambdaName } from '../infra/bundling.ts'
import { parseDeployment } from '../infra/config.ts'
import { ScimStack } from '../infra/scim-stack.ts'

/** The template of the deployed system, and which of its functions is which. */
export interface SynthesizedStack {
  template: CloudFormationTemplate
  /** Logical id → function. */
  entries: ReadonlyMap<string, LambdaName>
}

export interface CloudFormationTemplate {
  Resources: Record<string, { Type: string; Properties?: unknown }>
}

/** Synthesises the CDK app in this process, without bundling and validation: about one second. */
export function synthesize(context: Record<string, unknown> = {}): SynthesizedStack {
  const outdir = mkdtempSync(join(tmpdir(), 'rolecall-synth-'))
  try {
    const app = new App({
      outdir,
      builtinCloudFormationValidation: false,
      analyticsReporting: false,
      context: { ...context, 'aws:cdk:bundling-stacks': [] },
    })
    const deployment = parseDeployment((key) => app.node.tryGetContext(key))
    const stack = new ScimStack(app, deployment.name, { deployment })
    return { template: Template.fromStack(stack).toJSON() as CloudFormationTemplate, entries: stack.entries }
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
