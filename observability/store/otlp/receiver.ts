import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type protobuf from 'protobufjs'
import type { SpanLedger } from '../completeness.ts'
import type { Intake } from '../intake.ts'
import type { Batch, Table } from '../tables.ts'
import { likelyCause, stillPacked } from './causes.ts'
import { protobufOf } from './json.ts'
import { writeLogs } from './logs.ts'
import { encodeResponse, encodeStatus, logsRequest, traceRequest } from './messages.ts'
import { writeSpans } from './spans.ts'
import { printable, Refusals, type Times, timesAt } from './values.ts'

interface Signal<Name extends Table> {
  url: string
  table: Name
  type: protobuf.Type
  write(source: Buffer, batch: Batch<Name>, times: Times, refusals: Refusals): void
  /** The field of a partial success in JSON. */
  rejected: string
}

const traces: Signal<'otel_traces'> = {
  url: '/v1/traces',
  table: 'otel_traces',
  type: traceRequest,
  write: writeSpans,
  rejected: 'rejectedSpans',
}
const logs: Signal<'otel_logs'> = {
  url: '/v1/logs',
  table: 'otel_logs',
  type: logsRequest,
  write: writeLogs,
  rejected: 'rejectedLogRecords',
}

/** gRPC's codes, which OTLP over HTTP has in the bodies of errors. */
const invalidArgument = 3
export const notFound = 5
const resourceExhausted = 8
const unimplemented = 12

export const otlpPaths = `traces are taken at ${traces.url}, and logs at ${logs.url}`

/** OTLP over HTTP (opentelemetry.io/docs/specs/otlp): rejected records are always reported, and never cost their neighbours. */
export function receiveOtlp(app: FastifyInstance, intake: Intake, spans: SpanLedger, keptMs: number): void {
  const receive = <Name extends Table>({ url, table, type, write, rejected }: Signal<Name>) =>
    app.post<{ Body: Buffer | undefined }>(url, { onRequest: refuseUnread }, (request, reply) => {
      const json = isJson(request)
      // Without a length and a type there is no body.
      const body = request.body ?? Buffer.alloc(0)
      const refusals = new Refusals()
      let kept = 0
      try {
        const packed = stillPacked(body, request.headers['content-encoding'])
        if (packed) throw new TypeError(packed)
        const source = json ? protobufOf(type, parseJson(body), refusals) : body
        const taken = intake.take(table, (batch) => {
          const before = batch.rows
          write(source, batch, timesAt(Date.now(), keptMs), refusals)
          kept = batch.rows - before
        })
        if (!taken) {
          if (table === 'otel_traces') spans.refused(kept)
          return full(request, reply)
        }
        if (table === 'otel_traces') spans.taken(kept, Number(request.headers['content-length'] ?? 0))
      } catch (error) {
        // Safe: only errors are thrown here.
        intake.rejectRequest(table)
        return answer(request, reply.code(400), invalidArgument, `not OTLP: ${reasonOf(error as Error, body, json)}`)
      }
      intake.reject(table, refusals)
      const { count } = refusals
      if (kept === 0 && count > 0) return answer(request, reply.code(400), invalidArgument, reasonOf(refusals, body, json))
      const message = printable(`${count} refused; the first: ${refusals.message}`)
      if (!json) return reply.type('application/x-protobuf').send(Buffer.from(encodeResponse(count, message)))
      return reply.send(count === 0 ? {} : { partialSuccess: { [rejected]: String(count), errorMessage: message } })
    })
  receive(traces)
  receive(logs)
  app.post('/v1/metrics', (request, reply) =>
    answer(request, reply.code(404), unimplemented, 'this store takes traces and logs; metrics are scraped by Prometheus'),
  )

  function refuseUnread(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
    if (!intake.full()) return next()
    const bytes = Number(request.headers['content-length'] ?? 0)
    intake.refuse(bytes)
    if (request.routeOptions.url === traces.url) spans.refusedUnread(bytes)
    full(request, reply)
  }
}

/** Some senders begin with a byte order mark. */
const parseJson = (body: Buffer): unknown => JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''))

const isJson = (request: FastifyRequest): boolean => request.headers['content-type']?.toLowerCase().startsWith('application/json') ?? false

/** Why nothing of a request was accepted: what it looks like, or else the first error. */
const reasonOf = ({ message }: { message: string }, body: Buffer, json: boolean): string => likelyCause(body, json) ?? message

const full = (request: FastifyRequest, reply: FastifyReply) =>
  answer(request, reply.code(429).header('retry-after', '1'), resourceExhausted, 'the store is full: send it again')

/** Sends an error in the encoding of the request, and to people as JSON. */
export function answer(request: FastifyRequest, reply: FastifyReply, code: number, message: string): FastifyReply {
  const status = { code, message: printable(message) }
  if (!request.headers['content-type']?.includes('protobuf')) return reply.send(status)
  return reply.type('application/x-protobuf').send(Buffer.from(encodeStatus(status)))
}
