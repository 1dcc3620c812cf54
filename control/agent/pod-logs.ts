import { once } from 'node:events'
import { Writable, type Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { describeError } from '../../model/errors.ts'
import type { LogFormat } from '../../model/log-format.ts'
import { parseLine } from '../../observability/store/filelog/parsers.ts'
import type { LogSink } from '../../observability/store/filelog/tail.ts'
import type { Cluster } from '../../range/targets/kubernetes/cluster.ts'
import { isWorkload } from '../../range/targets/kubernetes/ports.ts'
import { topology } from '../../range/topology.ts'
import { sentPiece } from '../../shell/log-stream.ts'

const lookEveryMs = 2_000
/** Of each container, for who opens a terminal. */
const linesBefore = 2_000

type Pods = Pick<Cluster, 'namespace' | 'pods' | 'log'>

interface Source {
  service: string
  format: LogFormat
}

/** Whose log a container's output is; null where it says nothing to a responder. A job is known by the name of its program. */
function sourceOf(labels: Record<string, string>, container: string): Source | null {
  const { app = '', 'job-name': job = '' } = labels
  if (app === 'job') return container === 'job' ? { service: job.slice(0, -9), format: 'pino' } : null
  if (!isWorkload(app)) return null
  if (container === 'istio-proxy') return { service: `${app}-proxy`, format: 'envoy' }
  // PostgreSQL writes its log to a file, which a container beside it reads out; what it prints itself is only where that is.
  if (app === 'postgres') return container === 'log' ? { service: 'postgres', format: topology.postgres.logs.format } : null
  return container === app ? { service: app, format: topology[app].logs.format } : null
}

/** A line of a log, without the time at which the kubelet had it; the next waits until it is taken. */
type Take = (line: string, source: Source) => Promise<void> | void

/** Into a store; rows that find no room are waited for. */
export const toSink =
  (sink: LogSink): Take =>
  async (line, { format, service }) => {
    const entry = parseLine(format, line, service)
    while (entry && !sink.offer([entry])) await delay(500)
  }

/** Sends what the pods print, for terminals elsewhere, until the other end goes. A reader that does not read is waited for. */
export function sendPodLogs(stream: Duplex, cluster: Pods): void {
  const begun = new Set<string>()
  const take: Take = async (line, { service }) => {
    if (stream.destroyed) return
    const sent = stream.write(sentPiece({ service, fresh: !begun.has(service), bytes: Buffer.from(`${line}\n`) }))
    begun.add(service)
    if (!sent) await roomIn(stream)
  }
  const following = followPods(cluster, take, { tailLines: linesBefore })
  stream.on('error', () => stream.destroy())
  stream.once('close', () => following.stop())
  stream.once('end', () => stream.end())
  stream.resume()
}

async function roomIn(stream: Duplex): Promise<void> {
  const waiting = new AbortController()
  const heard = (name: string) => once(stream, name, { signal: waiting.signal }).catch(() => {})
  await Promise.race([heard('drain'), heard('close')])
  waiting.abort()
}

/**
 * Follows what the containers of the shop print, through the API server, from where each was left. The kubelet keeps what is not taken yet. Every `everyMs`
 * it looks for containers that are new, and for streams that have ended.
 */
export function followPods(
  cluster: Pods,
  hand: Take,
  begin: { sinceSeconds: number } | { tailLines: number },
  everyMs = lookEveryMs,
): { stop(): void } {
  /** By container, as it was started last: its stream, or null once that has ended. */
  const streams = new Map<string, AbortController | null>()
  /** The time of the last line of each, as the kubelet wrote it: where to go on. */
  const readTo = new Map<string, string>()
  let stopped = false

  async function follow(key: string, pod: string, container: string, source: Source): Promise<void> {
    const from = readTo.get(key)
    let rest = ''
    // Keeps the first half of a character until the other half comes.
    const decoder = new TextDecoder()
    const take = async (line: string): Promise<void> => {
      const at = line.indexOf(' ')
      const time = line.slice(0, at)
      // A stream that is opened again begins with the second in which the last one ended. Within one, times may repeat, or go back with the clock.
      if (from !== undefined && time <= from) return
      if (!stopped) await hand(line.slice(at + 1), source)
      readTo.set(key, time)
    }
    const into = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        void (async () => {
          for (const line of lines) await take(line)
        })().then(() => done(), done)
      },
    })
    into.on('close', () => streams.set(key, null)).on('error', () => streams.set(key, null))
    // The client keeps the stream that it reads to itself. One on which nothing came for five minutes breaks; it is opened again.
    into.on('pipe', (piped) => piped.on('error', () => into.destroy()))
    const options = { follow: true, timestamps: true, ...(from === undefined ? begin : { sinceTime: from }) }
    streams.set(key, await cluster.log.log(cluster.namespace, pod, container, into, options))
  }

  async function look(): Promise<void> {
    const seen = new Set<string>()
    for (const { metadata, status } of [...(await cluster.pods()), ...(await cluster.pods('job'))]) {
      for (const { name, restartCount, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
        const source = sourceOf(metadata?.labels ?? {}, name)
        if (!source || !state?.running || !metadata?.name) continue
        const key = `${metadata.uid}/${name}/${restartCount}`
        seen.add(key)
        if (streams.get(key)) continue
        await follow(key, metadata.name, name, source).catch(() => streams.set(key, null))
      }
    }
    for (const key of streams.keys()) {
      if (seen.has(key)) continue
      streams.delete(key)
      readTo.delete(key)
    }
  }

  void (async () => {
    while (!stopped) {
      await look().catch((error: unknown) => process.stderr.write(`logs of pods: ${describeError(error)}\n`))
      await delay(everyMs)
    }
  })()
  return {
    stop() {
      stopped = true
      for (const stream of streams.values()) stream?.abort()
    },
  }
}
