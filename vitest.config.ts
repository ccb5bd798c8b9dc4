import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/reporter.ts'

/** Tests that need neither the engine nor a started system. */
const PURE = ['test/unit/**/*.test.ts', 'test/infra/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Guards against hanging, not measures: a busy machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', new CountReporter()],
    coverage: { provider: 'v8', include: ['shared/**', 'functions/**', 'local/**', 'cli/**', 'infra/**'] },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE } },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['test/**/*.test.ts'],
          exclude: PURE,
          globalSetup: ['test/factories/global-setup.ts'],
          setupFiles: ['test/factories/watch-log.ts'],
        },
      },
    ],
  },
})
