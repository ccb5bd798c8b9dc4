import { defineConfig } from './infra/config/props.ts'

/** What is deployed: docs/deploy.md says what can be set, and what it is by default. */
export default defineConfig({
  name: 'rolecall',
  stages: {
    prod: {},
  },
})
