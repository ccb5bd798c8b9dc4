/** Where digests are kept: texts under names of `/` and what files may be called. */
export interface ObjectStore {
  /** Nothing where there is none of this name. */
  get(key: string): Promise<string | undefined>
  /** Writes a text whose name is not taken. @returns whether it was not. */
  putNew(key: string, text: string): Promise<boolean>
  /** The first names, in their order, that begin with `prefix` and come behind `after`. */
  list(prefix: string, range?: { after?: string; limit?: number }): Promise<string[]>
}

/** Opens `s3://BUCKET`, or a folder of this machine by its path. */
export async function openObjectStore(place: string): Promise<ObjectStore> {
  const [, bucket] = /^s3:\/\/(.+)$/.exec(place) ?? []
  if (bucket === undefined) return new (await import('./folder-store.ts')).FolderStore(place)
  return new (await import('./bucket-store.ts')).BucketStore(bucket)
}
