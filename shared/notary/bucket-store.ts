import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ObjectStore } from './object-store.ts'

/** Objects of an S3 bucket. */
export class BucketStore implements ObjectStore {
  readonly #client: Pick<S3Client, 'send'>
  readonly #bucket: string

  constructor(bucket: string, client: Pick<S3Client, 'send'> = new S3Client({ maxAttempts: 4 })) {
    this.#bucket = bucket
    this.#client = client
  }

  async get(key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      return await Body?.transformToString()
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
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
}

/** S3's words for a name that is taken, by an object or by a write that is on its way. */
const isTaken = (error: unknown): boolean =>
  error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name)
