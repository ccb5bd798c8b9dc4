import { App } from 'aws-cdk-lib'
import { parseDeployment } from './config.ts'
import { ScimStack } from './scim-stack.ts'

const app = new App()
const deployment = parseDeployment((key) => app.node.tryGetContext(key))
new ScimStack(app, deployment.name, { deployment })
