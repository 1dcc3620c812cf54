import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { until } from '../model/until.ts'
import { binarySources, findBinary } from '../range/binaries.ts'
import { postgres } from '../range/components/postgres.ts'
import type { PortName, RangeContext } from '../range/context.ts'
import { runAs, unprivilegedUser } from '../range/users.ts'
import { freePort } from './free-port.ts'

const source = binarySources('').find(({ binary }) => binary === 'postgresBin')
/** The path of PostgreSQL; null if it is not installed. */
export const postgresBin = source ? findBinary(source) : null

/** A separate PostgreSQL with the shop's configuration. */
export class OwnPostgres implements AsyncDisposable {
  readonly context: RangeContext
  readonly port: number
  /** Its log, if `settings` send that to its standard error. */
  log = ''
  readonly #dir: string
  readonly #id: string
  #stop = async () => {}

  private constructor(name: string, port: number, restored: number, replica: number) {
    this.#dir = mkdtempSync(path.join(tmpdir(), `postgres-${name}-`))
    this.#id = `${name}-${process.pid}`
    this.port = port
    // Safe: the database uses only these.
    this.context = {
      dir: path.join(this.#dir, 'range'),
      listen: '127.0.0.1',
      binaries: { postgresBin },
      config: { id: this.#id, passwords: { postgres: 'made-with-the-range', rabbitmq: 'of-the-broker' } },
      port: (known: PortName) => ({ postgres: port, restored, replica })[String(known)] ?? 1,
      address: () => `127.0.0.1:${port}`,
    } as unknown as RangeContext
  }

  /** @param settings in addition to those of the shop, as `name=value`. */
  static async start(name: string, settings: readonly string[] = []): Promise<OwnPostgres> {
    const own = new OwnPostgres(name, await freePort(), await freePort(), await freePort())
    try {
      await own.#start(settings)
      return own
    } catch (error) {
      await own[Symbol.asyncDispose]()
      throw error
    }
  }

  async #start(settings: readonly string[]): Promise<void> {
    await postgres.prepare?.(this.context)
    const { file, args } = postgres.process(this.context)
    const server = spawn(file, [...args, ...settings.flatMap((setting) => ['-c', setting])], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      env: {},
      ...runAs(unprivilegedUser('postgres')),
    })
    const exited = once(server, 'exit')
    this.#stop = async () => {
      server.kill('SIGINT')
      await exited
    }
    server.stderr.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    const readiness = postgres.readiness(this.context)
    await until('PostgreSQL', 60_000, () => readiness.check(5_000).then(() => true), { retries: () => true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
    for (const folder of [this.#dir, path.join('/var/lib/firedrill', this.#id)]) rmSync(folder, { recursive: true, force: true })
  }
}
