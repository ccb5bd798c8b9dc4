import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { createTable } from '../../local/engine/create-table.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { newId } from '../../shared/store/new-id.ts'
import { scanAll } from '../factories/scan.ts'
import { Client } from './client.ts'
import { type Send, sendTo } from './fates.ts'
import { SimulatedLambda } from './lambda.ts'
import { calmly, Simulation } from './simulation.ts'

/** Of every run, one after the other: calls name it, and are the same in the same run. */
const TABLE_NAME = 'simulated'
/** When every run begins. */
const START = Date.parse('2026-06-01T08:00:00Z')
/** When what it begins with was made. */
const BEFORE = Date.parse('2026-05-01T08:00:00Z')
/** The seed of what is made before: of no run. */
const PREPARING = 0
/** Further ahead than ids follow: after an id of then, the next ones are of their own time again, run by run. */
const AFTER = Date.parse('2027-06-01T08:00:00Z')

/** A run: a table of its own, and what goes on in it. */
export interface Stage {
  simulation: Simulation
  /** The table past the scheduler, for what looks at it. */
  db: Db
  client(name: string): Client
  lambda(name: string): SimulatedLambda
  /** Ends the run; its table is deleted. */
  close(): Promise<void>
}

export type Items = Record<string, unknown>[]

/** Opens runs in tables of an engine. */
export class Theatre {
  readonly #endpoint: string
  readonly #engine: ReturnType<typeof sendTo>
  #runs = 0

  constructor(endpoint: string) {
    this.#endpoint = endpoint
    this.#engine = sendTo(endpoint)
  }

  /** A run that begins with some items. */
  async open(seed: number, items: Items = [], start = START): Promise<Stage> {
    newId(new Date(AFTER))
    const config = { tableName: TABLE_NAME, publicBaseUrl: undefined, eventRetentionDays: 90, requestLog: false }
    const table = openDb({ ...config, dynamodbEndpoint: this.#endpoint }, LOCAL_AWS)
    await createTable(table, { expires: false })
    await batchWrite(
      table,
      items.map((Item) => ({ PutRequest: { Item } })),
    )
    const simulation = new Simulation(seed, start, ownTokens(this.#engine.send, this.#runs++))
    const startLambda = (name: string) => new SimulatedLambda(simulation, TABLE_NAME, name)
    return {
      simulation,
      db: { ...table, clock: () => simulation.world.now },
      lambda: startLambda,
      client: (name) => new Client(simulation, startLambda, name),
      close: async () => {
        await table.client.send(new DeleteTableCommand({ TableName: TABLE_NAME }))
        table.client.destroy()
      },
    }
  }

  /** What requests leave, to begin runs with. */
  async prepare<T>(requests: (client: Client) => Promise<T>): Promise<{ made: T; items: Items }> {
    const stage = await this.open(PREPARING, [], BEFORE)
    const client = stage.client('before')
    const made = await stage.simulation.run(async () => {
      const result = await requests(client)
      await client.work()
      return result
    }, calmly)
    const items = await scanAll(stage.db)
    await stage.close()
    return { made, items }
  }

  close(): void {
    this.#engine.close()
  }
}

/** The engine knows the tokens of transactions from run to run, as AWS does for ten minutes, and runs make the same. */
const ownTokens = (send: Send, run: number): Send => {
  const own = (token: string) => `${run.toString(16).padStart(8, '0')}${token.slice(8)}`
  return ({ operation, input }) => {
    const { ClientRequestToken: token } = input
    return send({ operation, input: token === undefined ? input : { ...input, ClientRequestToken: own(token) } })
  }
}
