import { z } from 'zod'
import { describeError } from '../model/errors.ts'

const everyMs = 2_000
const timeoutMs = 1_500

const numbered = z.object({ number: z.number().int() })
const answered = z.object({ run: z.string(), last: z.number().int(), requests: z.array(z.unknown()) })

/** A ring buffer in Locust (`load/kept.py`), read incrementally. */
export class LocustRing<Item> {
  readonly #url: string
  readonly #item: z.ZodType<Item>
  /** What it contains, for the log. */
  readonly #what: string
  /** The id of Locust's run: after a restart, numbers begin at 1 again. */
  #run = ''
  #after = 0
  #askedAt = -Infinity
  #asking = false
  #told = false

  constructor(url: string, item: z.ZodType<Item>, what: string) {
    this.#url = url
    this.#item = item
    this.#what = what
  }

  /** New entries, oldest first; polls at most every two seconds. Never throws: without Locust there is nothing new. */
  async take(): Promise<Item[]> {
    if (this.#asking || Date.now() - this.#askedAt < everyMs) return []
    this.#asking = true
    this.#askedAt = Date.now()
    try {
      const items = await this.#read()
      this.#told = false
      return items
    } catch (error) {
      if (!this.#told) process.stderr.write(`${this.#what} that Locust kept: ${describeError(error)}\n`)
      this.#told = true
      return []
    } finally {
      this.#asking = false
    }
  }

  async #read(): Promise<Item[]> {
    const answer = await this.#ask()
    // Entries of a new run with the same numbers as old ones would be missed.
    const { run, requests } = answer.run === this.#run || this.#after === 0 ? answer : await this.#ask(0)
    this.#run = run
    return requests.flatMap((each) => {
      this.#after = Math.max(this.#after, numbered.safeParse(each).data?.number ?? 0)
      const item = this.#item.safeParse(each)
      // An invalid entry costs only itself.
      return item.success ? [item.data] : []
    })
  }

  async #ask(after = this.#after): Promise<z.infer<typeof answered>> {
    this.#after = after
    const response = await fetch(`${this.#url}?after=${after}`, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`Locust answered ${response.status}`)
    return answered.parse(await response.json())
  }
}
