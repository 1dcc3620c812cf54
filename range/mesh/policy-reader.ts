import { Worker } from 'node:worker_threads'
import { FiredrillError, type ErrorCode } from '../../model/errors.ts'
import { turns } from '../in-turn.ts'
import { parsePolicy } from './references.ts'
import type { Resource } from './resources.ts'
import { mostPolicyBytes } from '../../model/mesh.ts'

/** The policy of the whole shop has four kilobytes; nobody writes one of this size by hand. */
export const policyLimits = { bytes: mostPolicyBytes, lines: 2_000, readMs: 2_000, megabytes: 128, waiting: 8 } as const
/** After this idle time a worker is ended, which frees some 30 to 45 MB: longer than people take between two attempts. */
const idleMs = 30_000
/** For what is live during startup and parsing: with the default, it would spend a tenth of its time on garbage collection. */
const youngMb = 32
const kept = 4

export type FromReader = 'reading' | { resources: readonly Resource[] } | { code: ErrorCode; message: string }

/** The last results: all proxies of a range ask for the same policy. */
const known = new Map<string, readonly Resource[]>()

function remember(yaml: string, resources: readonly Resource[]): readonly Resource[] {
  known.delete(yaml)
  known.set(yaml, resources)
  for (const oldest of known.keys()) if (known.size > kept) known.delete(oldest)
  return resources
}

/** Parses a policy on this thread: for one that is active, or derived from an active one. Throws `bad-request`. */
export function readPolicy(yaml: string): readonly Resource[] {
  const found = known.get(yaml)
  if (found) return found
  return remember(yaml, parsePolicy(yaml))
}

/**
 * Parses untrusted policies within limits of size, time and memory: crafted YAML of some hundred kilobytes can take minutes. It is parsed by a
 * worker, and `readPolicy` has the result from then on. Throws `bad-request`.
 */
export async function readForeignPolicy(yaml: string): Promise<readonly Resource[]> {
  const bytes = Buffer.byteLength(yaml)
  if (bytes > policyLimits.bytes)
    throw new FiredrillError(
      'bad-request',
      `a policy has at most ${policyLimits.bytes / 1_024} KiB, and this one ${Math.ceil(bytes / 1_024)}`,
    )
  const lines = yaml.split('\n', policyLimits.lines + 2).length
  if (lines > policyLimits.lines + 1) throw new FiredrillError('bad-request', `a policy has at most ${policyLimits.lines} lines`)
  return known.get(yaml) ?? remember(yaml, await inTurn(() => readApart(yaml)))
}

let waiting = 0
const oneAtATime = turns()
/** One at a time: a client that sends many waits only for its own. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (waiting >= policyLimits.waiting)
    throw new FiredrillError('too-many-requests', 'too many policies are being read: try again in a moment')
  waiting++
  return oneAtATime(work).finally(() => waiting--)
}

let worker: Worker | null = null
let idle: NodeJS.Timeout | undefined

function startReader(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: policyLimits.megabytes, maxYoungGenerationSizeMb: youngMb }
  // After its end, it may emit an error that nobody listens for any more.
  return new Worker(new URL('./policy-worker.ts', import.meta.url), { resourceLimits }).on('error', () => {})
}

async function readApart(yaml: string): Promise<readonly Resource[]> {
  clearTimeout(idle)
  const reader = (worker ??= startReader())
  const answer = await answerOf(reader, yaml)
  if (answer === 'none') {
    worker = null
    await reader.terminate()
    throw new FiredrillError('bad-request', 'this takes too long to be read as YAML: write it in a simpler way')
  }
  idle = setTimeout(() => {
    worker = null
    void reader.terminate()
  }, idleMs)
  idle.unref()
  if ('resources' in answer) return answer.resources
  throw new FiredrillError(answer.code, answer.message)
}

/** The worker's result; `none` on a timeout, or if it ran out of memory. */
async function answerOf(reader: Worker, yaml: string): Promise<Exclude<FromReader, 'reading'> | 'none'> {
  const { promise, resolve } = Promise.withResolvers<Exclude<FromReader, 'reading'> | 'none'>()
  let deadline: NodeJS.Timeout | undefined
  const onMessage = (message: FromReader) => {
    if (message === 'reading') deadline = setTimeout(resolve, policyLimits.readMs, 'none')
    else resolve(message)
  }
  const onEnd = () => resolve('none')
  reader.on('message', onMessage).on('error', onEnd).on('exit', onEnd)
  // It does not keep the process alive, unless a caller waits for it.
  reader.ref()
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    reader.postMessage(yaml)
    return await promise
  } finally {
    clearTimeout(deadline)
    reader.off('message', onMessage).off('error', onEnd).off('exit', onEnd)
    reader.unref()
  }
}
