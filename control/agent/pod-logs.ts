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
/** Lines of each container, for a terminal that is opened. */
const linesBefore = 2_000

type Pods = Pick<Cluster, 'namespace' | 'pods' | 'log'>

interface Source {
  service: string
  format: LogFormat
}

/** The component whose log a container's output is; null if it is of no use to a responder. A job is known by the name of its program. */
function sourceOf(labels: Record<string, string>, container: string): Source | null {
  const { app = '', 'job-name': job = '' } = labels
  if (app === 'job') return container === 'job' ? { service: job.slice(0, -9), format: 'pino' } : null
  if (!isWorkload(app)) return null
  if (container === 'istio-proxy') return { service: `${app}-proxy`, format: 'envoy' }
  // PostgreSQL writes its log to a file, which a second container prints; its own output says only where that file is.
  if (app === 'postgres') return container === 'log' ? { service: 'postgres', format: topology.postgres.logs.format } : null
  return container === app ? { service: app, format: topology[app].logs.format } : null
}

/** A log line, without the kubelet's timestamp; the next line waits until it is processed. */
type Take = (line: string, source: Source) => Promise<void> | void

/** Writes to a store; waits while the store has no room. */
export const toSink =
  (sink: LogSink): Take =>
  async (line, { format, service }) => {
    const entry = parseLine(format, line, service)
    while (entry && !sink.offer([entry])) await delay(500)
  }

/** Sends the pods' output to terminals on another host, until the connection ends. A reader that does not read causes back-pressure. */
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
 * Follows the output of the shop's containers through the API server, each from where it stopped. The kubelet keeps lines that were not read yet. Every
 * `everyMs` it looks for new containers, and for streams that have ended.
 */
export function followPods(
  cluster: Pods,
  hand: Take,
  begin: { sinceSeconds: number } | { tailLines: number },
  everyMs = lookEveryMs,
): { stop(): void } {
  /** By container and start: its stream, or null once that has ended. */
  const streams = new Map<string, AbortController | null>()
  /** The kubelet's time of the last line of each container: where to continue. */
  const readTo = new Map<string, string>()
  let stopped = false

  async function follow(key: string, pod: string, container: string, source: Source): Promise<void> {
    const from = readTo.get(key)
    let rest = ''
    // Keeps the first bytes of a character until the others arrive.
    const decoder = new TextDecoder()
    const take = async (line: string): Promise<void> => {
      const at = line.indexOf(' ')
      const time = line.slice(0, at)
      // A reopened stream begins with the second in which the last one ended. Within one, times may repeat, or go back with the clock.
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
    // The client does not expose its stream. One that is silent for five minutes breaks off, and is reopened.
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
