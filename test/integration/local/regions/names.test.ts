import { expect, test } from 'vitest'
import { requireHome } from '../../../../local/regions/names.ts'
import { putFence } from '../../../../shared/store/regions/put-fence.ts'
import { withTable } from '../../../factories/engine.ts'

const db = withTable()

test('data of two regions are run as those of one only where the first is primary', async () => {
  await requireHome(db)
  await putFence(db, 'default', { primary: 'eu-central-1', epoch: 1 })
  await requireHome(db)
  await putFence(db, 'default', { draining: 'eu-central-1', to: 'eu-west-1', epoch: 2 })
  await expect(requireHome(db)).rejects.toThrow(
    'These are the data of two regions, and no region is primary just now: start with --regions 2',
  )
  await putFence(db, 'default', { primary: 'eu-west-1', epoch: 3 })
  await expect(requireHome(db)).rejects.toThrow(
    'These are the data of two regions, and eu-west-1 is primary: start with --regions 2',
  )
})
