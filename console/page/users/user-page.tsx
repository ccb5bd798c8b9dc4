import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function UserPage() {
  return (
    <Page title="User">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
