import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function HealthPage() {
  return (
    <Page title="Health">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
