import type { NearName } from '../../../shared/resources/views/near-name.ts'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'

/** Links to those whose names stand close to what nobody has. */
export const Near = ({ place, near }: { place: 'users' | 'roles'; near: readonly NearName[] }) =>
  near.length === 0 ? null : (
    <>
      <p>Near it there is:</p>
      <ul class="links">
        {near.map(({ id, name }) => (
          <li key={id}>
            <a class="link" href={addressOf([place, id])}>
              <Value text={name} max={60} />
            </a>
          </li>
        ))}
      </ul>
    </>
  )
