import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function DriftPage() {
  return (
    <Page title="Drift">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
