import { useOwners } from '../data/owners.ts'
import { Transfer } from '../objects/transfer-action.tsx'
import { addressOf } from '../router/address.ts'

/** What its role owns, which nobody else changes, and how it gets another owner. */
export function OwnedSection({ role, onDone }: { role: string; onDone: () => void }) {
  const owners = useOwners()
  const { users, roles } = owners.find((owner) => owner.role === role) ?? { users: 0, roles: 0 }
  const list = (place: string) => addressOf([place], new URLSearchParams({ owner: role }))
  return (
    <section>
      <h2>Owns</h2>
      <dl class="pairs">
        <div>
          <dt>Users</dt>
          <dd>
            <a class="link" href={list('users')}>
              {users.toLocaleString('en-US')}
            </a>
          </dd>
        </div>
        <div>
          <dt>Roles</dt>
          <dd>
            <a class="link" href={list('roles')}>
              {roles.toLocaleString('en-US')}
            </a>
          </dd>
        </div>
      </dl>
      {users + roles === 0 ? null : (
        <div class="actions">
          <Transfer
            label="Transfer"
            class="button small"
            name={`what ${role} owns`}
            owner={role}
            what={{ ownedBy: role }}
            words={['--owned-by', role]}
            onDone={onDone}
          />
        </div>
      )}
    </section>
  )
}
