import { Icon } from '../parts/icon.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { initialsOf } from './initials.ts'

/** Where an object's page is. */
export const Crumbs = ({ place, label, name }: { place: string; label: string; name: string }) => (
  <>
    <a href={addressOf([place])}>{label}</a>
    <Icon name="chevron" />
    <span aria-current="page">
      <Value text={name} max={60} />
    </span>
  </>
)

/** The first letters of a name, as a picture of it. */
export const Initials = ({ text }: { text: string }) => (
  <span class="initials" aria-hidden="true">
    {initialsOf(text)}
  </span>
)
