import { Tag } from '../parts/status.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { agoText } from './ago.ts'
import { DueAction, type IntegrationCardProps, shareText } from './integration-card.tsx'
import { subheadingOf } from './kinds.ts'
import { isHigh, lastUseOf, liveOf } from './state.ts'
import { TokenBar } from './token-bar.tsx'

/** Integrations where there are too many for cards: the same in columns. */
export const IntegrationTable = ({ rows }: { rows: readonly IntegrationCardProps[] }) => (
  <div class="card scrolls">
    <table class="table integration-table">
      <thead>
        <tr>
          <th scope="col">Integration</th>
          <th scope="col">State</th>
          <th scope="col">Last request</th>
          <th scope="col" class="number">
            Users owned
          </th>
          <th scope="col" class="number">
            Refused, 24 h
          </th>
          <th scope="col">Token that ends first</th>
          <th scope="col">Due</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.view.name} {...row} />
        ))}
      </tbody>
    </table>
  </div>
)

function Row(props: IntegrationCardProps) {
  const { view, heading, state, share, owned, tokens } = props
  const last = lastUseOf(tokens, view.name)
  const [token] = liveOf(tokens, view.name).toSorted((a, b) => a.daysLeft - b.daysLeft)
  return (
    <tr>
      <th scope="row">
        <a class="link" href={addressOf(['integrations', view.name])}>
          <Value text={heading} max={24} />
        </a>
        <p class="meta">
          <Value text={subheadingOf(view, heading)} max={32} />
        </p>
      </th>
      <td>
        <Tag tone={state.tone}>{state.word}</Tag>
      </td>
      <td>{last ? agoText(last) : 'none yet'}</td>
      <td class="number">{owned.toLocaleString('en-US')}</td>
      <td class={isHigh(share) ? 'number toned fail' : 'number'}>{shareText(share)}</td>
      <td>{token ? <TokenBar token={token} all={tokens} /> : <span class="meta">none</span>}</td>
      <td>
        <DueAction {...props} />
      </td>
    </tr>
  )
}
