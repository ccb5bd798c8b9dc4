import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function RolesPage() {
  return (
    <Page title="Roles">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
