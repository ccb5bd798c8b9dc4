import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'

export default function SetupPage() {
  return (
    <Page title="Set-up">
      <Empty title="This page is not there yet" />
    </Page>
  )
}
