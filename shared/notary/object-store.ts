interface Range {
  after?: string
  limit?: number
}

/** An object with all that was ever under its name. */
export interface KeptObject {
  key: string
  /** How often it was written or deleted: once, where nobody meddled. */
  versions: number
  /** What was written first, for `get`; nothing where the store keeps no versions. */
  first: string | undefined
}

/** Where digests are kept: texts under names of `/` and what files may be called. */
export interface ObjectStore {
  /** Nothing where there is none of this name, or no such version of it. */
  get(key: string, version?: string): Promise<string | undefined>
  /** Writes a text whose name is not taken. @returns whether it was not. */
  putNew(key: string, text: string): Promise<boolean>
  /** The first names, in their order, that begin with `prefix` and come behind `after`. */
  list(prefix: string, range?: Range): Promise<string[]>
  /** The same with what was written over or deleted since, as far as the store keeps it. */
  listKept(prefix: string, range?: Range): Promise<KeptObject[]>
}

/** Opens `s3://BUCKET`, or a folder of this machine by its path. */
export async function openObjectStore(place: string): Promise<ObjectStore> {
  const [, bucket] = /^s3:\/\/(.+)$/.exec(place) ?? []
  if (bucket === undefined) return new (await import('./folder-store.ts')).FolderStore(place)
  return new (await import('./bucket-store.ts')).BucketStore(bucket)
}
