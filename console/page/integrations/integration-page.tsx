import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function IntegrationPage() {
  return (
    <Page title="Integration">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
