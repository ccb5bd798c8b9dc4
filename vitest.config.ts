import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/reporter.ts'

/** Tests that need neither the engine nor a started system. */
const PURE = ['test/unit/**/*.test.ts', 'test/infra/**/*.test.ts']

/** Tests over a table of the run's engine that start no system and leave the environment alone: they share what they import. */
export const TABLE = ['test/integration/{*,resources/**/*,store/**/*}.test.ts']

/** Tests of a system in their own process, whose clock, environment and output they leave alone: they share what they import. */
export const SYSTEM = [
  'test/rfc/**/!(oauth|secrets).test.ts',
  'test/idp/**/!(lifecycle).test.ts',
  'test/cli/!(check|commands|drift|guides|loaded-modules).test.ts',
  'test/attack/!(canaries|clock|told).test.ts',
]

/** Tests of `npm start` and the engine it brings along: they run that one, whatever DYNAMODB_ENDPOINT says. */
const OWN_ENGINE = ['test/e2e/**/*.test.ts']
const hasOwnEngine = existsSync(`node_modules/@dynoxide/${process.platform}-${process.arch}`)

const ENGINE = {
  globalSetup: ['test/factories/global-setup.ts'],
  setupFiles: ['test/factories/watch-log.ts'],
}

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than there are processors on the smallest machine: tests wait for the engine and for browsers.
    maxWorkers: 3,
    // Guards against hanging, not measures: a busy machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', new CountReporter()],
    coverage: { provider: 'v8', include: ['shared/**', 'functions/**', 'local/**', 'cli/**', 'infra/**'] },
    projects: [
      // Nothing here keeps state, so files share what they import: half the processor time.
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'table', include: TABLE, isolate: false, ...ENGINE } },
      { extends: true, test: { name: 'system', include: SYSTEM, isolate: false, ...ENGINE } },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['test/**/*.test.ts'],
          // Where the platform has no engine, the suite can only run against another one.
          exclude: [
            ...PURE,
            ...TABLE,
            ...SYSTEM,
            ...(hasOwnEngine || !process.env.DYNAMODB_ENDPOINT ? [] : OWN_ENGINE),
          ],
          ...ENGINE,
        },
      },
    ],
  },
})
