import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function IntegrationsPage() {
  return (
    <Page title="Integrations">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
