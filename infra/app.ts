import { App } from 'aws-cdk-lib'
import { readDeployment } from './config.ts'
import { ScimStack } from './scim-stack.ts'

const app = new App()
const deployment = readDeployment((key) => app.node.tryGetContext(key))
new ScimStack(app, deployment.name, { deployment })
