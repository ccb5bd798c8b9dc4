import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function EventPage() {
  return (
    <Page title="Event">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
