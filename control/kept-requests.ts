import { z } from 'zod'
import { keptRequest, type KeptRequest } from '../model/tickets.ts'
import { describeError } from '../model/errors.ts'

const everyMs = 2_000
const timeoutMs = 1_500
const most = 500

const numbered = z.object({ number: z.number().int() })
const keptAnswer = z.object({ run: z.string(), last: z.number().int(), requests: z.array(z.unknown()) })

/** Requests of users that went wrong, read from Locust bit by bit. */
export class KeptRequests {
  readonly #url: string
  /** Whose numbers they are: a Locust that was restarted counts from 1 again. */
  #run = ''
  #after = 0
  #requests: KeptRequest[] = []
  #askedAt = -Infinity
  #asking = false
  #told = false

  constructor(url: string) {
    this.#url = url
  }

  /** The latest of them, oldest first. */
  get requests(): readonly KeptRequest[] {
    return this.#requests
  }

  /** Reads what is new, once in two seconds at most. Never throws: without Locust, nobody writes. */
  async refresh(): Promise<void> {
    if (this.#asking || Date.now() - this.#askedAt < everyMs) return
    this.#asking = true
    this.#askedAt = Date.now()
    try {
      await this.#read()
      this.#told = false
    } catch (error) {
      if (!this.#told) process.stderr.write(`requests that Locust kept: ${describeError(error)}\n`)
      this.#told = true
    } finally {
      this.#asking = false
    }
  }

  async #read(): Promise<void> {
    const answer = await this.#ask()
    // Of a new run, those numbered as the old ones were would be missed.
    const { run, requests } = answer.run === this.#run || this.#after === 0 ? answer : await this.#ask(0)
    this.#run = run
    for (const each of requests) {
      const request = keptRequest.safeParse(each)
      // One that cannot be read costs only itself.
      if (request.success) this.#requests.push(request.data)
      this.#after = Math.max(this.#after, numbered.safeParse(each).data?.number ?? 0)
    }
    this.#requests = this.#requests.slice(-most)
  }

  async #ask(after = this.#after): Promise<z.infer<typeof keptAnswer>> {
    this.#after = after
    const response = await fetch(`${this.#url}?after=${after}`, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`Locust answered ${response.status}`)
    return keptAnswer.parse(await response.json())
  }
}
