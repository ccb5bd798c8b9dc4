import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function TimelinePage() {
  return (
    <Page title="Timeline">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
