import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from './data/api.ts'
import { WithSession } from './data/session.tsx'
import { Frame } from './frame/frame.tsx'
import { Page } from './frame/page.tsx'
import { PAGES, type PageProps, PLACES } from './pages.ts'
import { Empty } from './parts/empty.tsx'
import { Problem } from './parts/problem.tsx'
import { Skeleton } from './parts/skeleton.tsx'
import { addressOf } from './router/address.ts'
import { matchPath } from './router/match.ts'
import { usePlace } from './router/place.ts'

/** The page that an address means, within the frame. */
export function App() {
  const { path } = usePlace()
  const found = PAGES.map((page) => ({ ...page, params: matchPath(page.path, path) })).find(({ params }) => params)
  return (
    <WithSession>
      <Frame place={found?.place ?? ''}>
        {found?.params ? <Loading key={found.path} load={found.load} params={found.params} /> : <Unknown path={path} />}
      </Frame>
    </WithSession>
  )
}

interface LoadingProps extends PageProps {
  load: (typeof PAGES)[number]['load']
}

/** A page's code comes when it is first opened. */
function Loading({ load, params }: LoadingProps) {
  const [page, setPage] = useState<{ Component: ComponentType<PageProps> }>()
  const [isLost, setLost] = useState(false)
  useEffect(() => {
    load().then(
      (loaded) => setPage({ Component: loaded.default }),
      () => setLost(true),
    )
  }, [])
  if (isLost) {
    const error = new ApiError(0, 'The console does not answer, or is another version by now. Load the page again')
    return <Problem title="The page could not be loaded" error={error} again={() => location.reload()} />
  }
  return page ? <page.Component params={params} /> : <Skeleton />
}

const Unknown = ({ path }: { path: string }) => (
  <Page title="Nothing is here">
    <Empty title={`There is no page at ${path}`}>
      <p>There is:</p>
      <ul class="links">
        {PLACES.map(({ name, path: place }) => (
          <li key={place}>
            <a class="link" href={addressOf(place.split('/').filter(Boolean))}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </Empty>
  </Page>
)
