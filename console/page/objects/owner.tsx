import { useApi } from '../data/use-api.ts'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'

interface RunsAs {
  name: string
  role?: string
}

/** Who owns an object, and by which integrations that role changes it. */
export function Owner({ role }: { role: string }) {
  const { data } = useApi<{ integrations: RunsAs[] }>(['admin', 'integrations'])
  const own = (data?.integrations ?? []).filter((one) => one.role === role)
  return (
    <section>
      <h2>Owner</h2>
      <dl class="pairs">
        <div>
          <dt>Role</dt>
          <dd>
            <Value text={role} max={40} />
          </dd>
        </div>
        {own.map(({ name }) => (
          <div key={name}>
            <dt>Integration</dt>
            <dd>
              <a class="link" href={addressOf(['integrations', name])}>
                <Value text={name} max={40} />
              </a>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
