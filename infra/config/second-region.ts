import type { Deployment, ServiceSettings } from './settings.ts'

type Settings = ServiceSettings & Partial<Deployment>

/** What the service in the second region goes by: the settings of the home region, but for what belongs to a region. The table is not its own. */
export function secondRegionOf<Given extends Settings>(settings: Given): Given {
  const { secondRegion = {}, regions = [] } = settings
  const own = Object.entries(secondRegion).filter(([, value]) => value !== undefined)
  return {
    ...settings,
    ...Object.fromEntries(own),
    ...{ regions: regions.slice(1), secondRegion: undefined, tableName: undefined, tableStreamArn: undefined },
  }
}
