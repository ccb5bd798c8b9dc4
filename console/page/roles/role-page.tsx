import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function RolePage() {
  return (
    <Page title="Role">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
