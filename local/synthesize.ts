import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import cdk from '../cdk.json' with { type: 'json' }
import type { LambdaName } from '../infra/bundling.ts'
import { type Overrides, parseDeployment } from '../infra/config/config.ts'
import { ScimStack } from '../infra/scim-stack.ts'

/** The template of the deployed system, and which of its functions is which. */
export interface SynthesizedStack {
  template: CloudFormationTemplate
  /** Logical id → function. */
  entries: ReadonlyMap<string, LambdaName>
}

export interface CloudFormationTemplate {
  Resources: Record<string, { Type: string; Properties?: unknown }>
  Outputs?: Record<string, { Value: unknown; Description?: unknown }>
}

/**
 * Synthesises the CDK app in this process, without bundling and validation: about one second. Of a configuration that is
 * left out everything is as by default.
 */
export function synthesize(config: unknown = {}, overrides: Overrides = {}): SynthesizedStack {
  const outdir = mkdtempSync(join(tmpdir(), 'rolecall-synth-'))
  try {
    const context = { ...cdk.context, 'aws:cdk:bundling-stacks': [] }
    const app = new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false, context })
    const stack = new ScimStack(app, parseDeployment(config, overrides))
    const template = Template.fromStack(stack).toJSON() as CloudFormationTemplate
    return { template, entries: stack.service.entries }
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
