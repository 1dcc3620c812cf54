import type { Api } from '../api/context.ts'
import { injected } from '../api/injected.ts'
import type { Role } from '../../model/api.ts'
import { client, type ApiClient } from '../../model/client.ts'
import type { TraineeApi } from '../mcp/tool.ts'
import { GameDays } from '../game-days.ts'
import { looksOf } from '../looks.ts'
import { shellsOf } from '../shells.ts'
import { People } from '../people.ts'
import { projectRoot } from '../paths.ts'
import { createServer } from '../server.ts'
import type { Shells } from '../../shell/shells.ts'
import { EngineBench, played, scenarios, shifts, users, type TickedSampler } from './engine-bench.ts'
import type { PortName } from '../../range/context.ts'
import { paperContext, paperTokens } from './paper-context.ts'
import { proveAnswers } from './proven-answers.ts'

/** The real control plane, with its API, over a simulated range: only the test advances the clock, and no backend listens. */
export class ServedBench implements AsyncDisposable {
  readonly bench: EngineBench
  readonly app: Promise<Api>
  /** Its host name, whether or not it listens. */
  readonly host: string
  readonly port: (name: PortName) => number
  readonly shells: Shells

  /**
   * @param trouble why there are no terminals. @param root the checkout, as far as its files are served. @param proven whether each answer is
   * validated by its schema, which takes time.
   */
  constructor({
    rated = false,
    proven = true,
    trouble = async () => 'a range on paper has none',
    portBase,
    sampler: measures,
    startsAt,
    root = projectRoot,
  }: {
    rated?: boolean
    proven?: boolean
    trouble?: () => Promise<string | null>
    portBase?: number
    sampler?: TickedSampler
    startsAt?: number
    root?: string
  } = {}) {
    this.bench = new EngineBench(measures, startsAt)
    const { engine, ledger, injector, sampler, range, dir } = this.bench
    const context = paperContext(dir, root, users, portBase)
    this.host = `127.0.0.1:${context.port('control')}`
    this.port = (name) => context.port(name)
    const looks = looksOf(engine)
    this.shells = shellsOf({ context, range, engine, looks, trouble })
    const gameDays = new GameDays(ledger, engine, played)
    this.app = createServer(
      {
        context,
        shells: this.shells,
        range,
        ledger,
        injector,
        sampler,
        engine,
        load: this.bench.load,
        scenarios,
        shifts,
        gameDays,
        people: new People(gameDays),
        looks,
      },
      { rated },
    ).then((app) => {
      if (proven) proveAnswers(app)
      return app
    })
  }

  /** Listens at `host` from now on, for clients over the network. */
  async listen(): Promise<void> {
    await (await this.app).listen({ host: '127.0.0.1', port: this.port('control') })
  }

  /** The answer to a role's request. */
  async ask(role: Role, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) {
    return this.#fetcher(role)({ method, path: url, body })
  }
  async read<Body>(role: Role, url: string): Promise<Body> {
    const { status, text } = await this.ask(role, 'GET', url)
    if (status !== 200) throw new Error(`${url} was answered ${status}: ${text}`)
    return JSON.parse(text) as Body
  }
  /** The API as an agent's tools call it. */
  get trainee(): TraineeApi {
    return this.client('trainee')
  }
  /** The API with the rights of a role. */
  client(role: Role): ApiClient {
    return client(this.#fetcher(role))
  }
  #fetcher(role: Role) {
    return injected(this.app, { headers: { authorization: `Bearer ${paperTokens[role]}`, host: this.host } })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shells[Symbol.asyncDispose]()
    await (await this.app).close()
    this.bench[Symbol.dispose]()
  }
}
