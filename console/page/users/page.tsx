import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function UsersPage() {
  return (
    <Page title="Users">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
