import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { KeptObject, ObjectStore } from './object-store.ts'

/** Objects of an S3 bucket. */
export class BucketStore implements ObjectStore {
  readonly #client: Pick<S3Client, 'send'>
  readonly #bucket: string

  constructor(bucket: string, client: Pick<S3Client, 'send'> = new S3Client({ maxAttempts: 4 })) {
    this.#bucket = bucket
    this.#client = client
  }

  async get(key: string, version?: string): Promise<string | undefined> {
    const object = { Bucket: this.#bucket, Key: key, ...(version !== undefined && { VersionId: version }) }
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(object))
      return await Body?.transformToString()
    } catch (error) {
      if (error instanceof NoSuchKey || (error instanceof Error && error.name === 'NoSuchVersion')) return undefined
      throw error
    }
  }

  async putNew(key: string, text: string): Promise<boolean> {
    const object = { Bucket: this.#bucket, Key: key, Body: text, ContentType: 'application/json' }
    try {
      await this.#client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }))
      return true
    } catch (error) {
      if (isTaken(error)) return false
      throw error
    }
  }

  async list(prefix: string, { after = '', limit = Number.POSITIVE_INFINITY } = {}): Promise<string[]> {
    const keys: string[] = []
    let ContinuationToken: string | undefined
    do {
      const MaxKeys = Math.min(1000, limit - keys.length)
      const page = { Bucket: this.#bucket, Prefix: prefix, ...(after && { StartAfter: after }), MaxKeys }
      const answer = await this.#client.send(
        new ListObjectsV2Command({ ...page, ...(ContinuationToken && { ContinuationToken }) }),
      )
      keys.push(...(answer.Contents ?? []).flatMap(({ Key }) => Key ?? []))
      ContinuationToken = answer.NextContinuationToken
    } while (ContinuationToken && keys.length < limit)
    return keys
  }

  async listKept(prefix: string, { after = '', limit = Number.POSITIVE_INFINITY } = {}): Promise<KeptObject[]> {
    const kept = new Map<string, KeptObject>()
    let place: { KeyMarker?: string; VersionIdMarker?: string } = after ? { KeyMarker: after } : {}
    do {
      const page = await this.#client.send(
        new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...place }),
      )
      // Of one name the newest comes first.
      for (const { Key = '', VersionId } of page.Versions ?? []) add(kept, Key, VersionId)
      for (const { Key = '' } of page.DeleteMarkers ?? []) add(kept, Key, undefined)
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
      place = { ...(KeyMarker && { KeyMarker }), ...(VersionIdMarker && { VersionIdMarker }) }
      // The last name may have more versions on the next page.
    } while (place.KeyMarker && kept.size <= limit)
    const objects = [...kept.values()].filter(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1))
    return objects.slice(0, limit)
  }
}

function add(kept: Map<string, KeptObject>, key: string, version: string | undefined): void {
  const { versions = 0, first } = kept.get(key) ?? {}
  kept.set(key, { key, versions: versions + 1, first: version ?? first })
}

/** S3's words for a name that is taken, by an object or by a write that is on its way. */
const isTaken = (error: unknown): boolean =>
  error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name)
