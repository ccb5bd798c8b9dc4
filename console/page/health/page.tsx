import { useEffect } from 'preact/hooks'
import type { Health, HealthFinding } from '../../../shared/watch/health/finding.ts'
import { useApi } from '../data/use-api.ts'
import { setNeeds } from '../frame/needs.ts'
import { Page } from '../frame/page.tsx'
import { Command } from '../parts/command.tsx'
import { Icon } from '../parts/icon.tsx'
import { Problem } from '../parts/problem.tsx'
import { commandWords } from '../parts/shell.ts'
import { Skeleton } from '../parts/skeleton.tsx'
import { Tag } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { CheckCard } from './check-card.tsx'
import { moreOf, titleOf } from './findings.ts'
import { toTold } from './told.ts'

/** What asks for an administrator, the worst first, each with what mends it. */
export default function HealthPage() {
  const { data, error, age, isLoading, again } = useApi<Health>(['admin', 'health'])
  useEffect(() => {
    if (data) setNeeds('/health', data.findings.length)
  }, [data])
  return (
    <Page
      title="Health"
      actions={
        <button type="button" class="button" disabled={isLoading} onClick={again}>
          <Icon name="health" />
          Check again
        </button>
      }
    >
      {error ? <Problem title="The health could not be read" error={error} again={again} age={age} /> : null}
      {!data && !error ? <Skeleton rows={4} /> : null}
      {data ? (
        <p class="health-line" role="status">
          <Icon name={data.findings.length === 0 ? 'check' : 'warning'} class={toneOf(data.findings)} />
          <span>
            {toldOf(data.findings)} Checked <Time at={data.checkedAt} />.
          </span>
        </p>
      ) : null}
      {data && data.findings.length > 0 ? (
        <ul class="findings" aria-label="What asks for an administrator">
          {data.findings.map((finding, i) => (
            <Finding key={i} finding={finding} />
          ))}
        </ul>
      ) : null}
      <CheckCard />
    </Page>
  )
}

const isProblem = ({ severity }: HealthFinding): boolean => severity === 'problem'
const toneOf = (findings: readonly HealthFinding[]): string =>
  findings.length === 0 ? 'gain' : findings.some(isProblem) ? 'fail' : 'loss'

function toldOf(findings: readonly HealthFinding[]): string {
  if (findings.length === 0) return 'Nothing needs you.'
  const problems = findings.filter(isProblem).length
  const looks = findings.length - problems
  const parts = [
    problems > 0 ? `${problems} ${problems === 1 ? 'problem' : 'problems'}` : '',
    looks > 0 ? `${looks} to look at` : '',
  ]
  return `${parts.filter((part) => part !== '').join(' and ')}.`
}

function Finding({ finding }: { finding: HealthFinding }) {
  const { since, count, integration, message, command } = finding
  const words = commandWords(command)
  const more = moreOf(finding)
  return (
    <li class="card finding">
      <div class="finding-body">
        <div class="finding-head">
          <h2>{titleOf(finding)}</h2>
          <Tag tone={isProblem(finding) ? 'fail' : 'loss'}>{isProblem(finding) ? 'Problem' : 'Look'}</Tag>
          {integration === undefined ? null : (
            <span class="quiet">
              <Value text={integration} max={40} />
            </span>
          )}
          {count === undefined ? null : <span class="meta">{count.toLocaleString('en-US')}×</span>}
          {since === undefined ? null : (
            <span class="meta finding-since">
              since <Time at={since} form="short" />
            </span>
          )}
        </div>
        <p>
          {toTold(message).map((part, i) =>
            part.is === 'instant' ? <Time key={i} at={part.at} form="short" /> : <Value key={i} text={part.text} />,
          )}
        </p>
        {more ? (
          <p>
            <a class="link" href={addressOf(more.path, new URLSearchParams(more.query))}>
              {more.label}
            </a>
          </p>
        ) : null}
      </div>
      {words ? (
        <Command words={words} />
      ) : (
        <p class="pad quiet">
          <Value text={command} />
        </p>
      )}
    </li>
  )
}
