/**
 * Starts OpenTelemetry. Must be the first import of a service: the instrumentations patch what is loaded after them.
 * `OTEL_SDK_DISABLED=true` turns all of it off, as the specification has it.
 */
import { createRequire } from 'node:module'
import { Server, type IncomingMessage } from 'node:http'
import { context, ROOT_CONTEXT, trace, TraceFlags, type SpanContext } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider, ParentBasedSampler } from '@opentelemetry/sdk-trace-node'
import { RootSampler, TraceLimit, notTraced, tracedAtDoor } from './sampler.ts'

const enabled = process.env['OTEL_SDK_DISABLED'] !== 'true'

const limit = new TraceLimit(Number(process.env['TRACES_PER_SECOND'] ?? 25))

/** Health checks and scrapes are not worth a trace. */
const isInternal = (url: string | undefined) => /^\/(health|ready|metrics)/.test(url ?? '')

const provider = enabled
  ? new NodeTracerProvider({
      resource: resourceFromAttributes({
        'service.name': process.env['SERVICE_NAME'] ?? 'unknown',
        'service.version': process.env['SERVICE_VERSION'] ?? '0.0.0',
        'service.namespace': 'shop',
      }),
      // The caller decides for its callees; of the traces that begin here, a flood is limited.
      sampler: new ParentBasedSampler({ root: new RootSampler(limit) }),
      spanProcessors: [
        new BatchSpanProcessor(new OTLPTraceExporter(), {
          scheduledDelayMillis: 1_000,
          maxQueueSize: 8_192,
          maxExportBatchSize: 1_024,
          exportTimeoutMillis: 5_000,
        }),
      ],
    })
  : null

if (provider) {
  provider.register()
  const untraced = Server.prototype.emit
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        disableOutgoingRequestInstrumentation: true,
      }),
      new UndiciInstrumentation({
        requireParentforSpans: true,
        ignoreRequestHook(request) {
          if (trace.getSpan(context.active())) return false
          request.addHeader('traceparent', notTraced)
          return true
        },
      }),
      // The comment carries the trace id into PostgreSQL's own log of slow statements.
      new PgInstrumentation({ requireParentSpan: true, addSqlCommenterCommentToQueries: true, ignoreConnectSpans: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
      new AmqplibInstrumentation({ consumeTimeoutMs: 10 * 60_000 }),
    ],
  })

  // The instrumentation wraps the module when it is first required after this, and its cost per request is the same whether or not the request is
  // sampled. So untraced requests bypass it.
  createRequire(import.meta.url)('node:http')
  const traced = Server.prototype.emit
  Server.prototype.emit = function (this: Server, event: string | symbol, ...args: unknown[]) {
    const request = event === 'request' ? (args[0] as IncomingMessage) : undefined
    const passes = request && (isInternal(request.url) || !tracedAtDoor(request.headers['traceparent'], limit))
    return passes ? context.with(ROOT_CONTEXT, () => untraced.call(this, event, ...args)) : traced.call(this, event, ...args)
  } as typeof traced
}

/** Sends what is still buffered. */
export async function stopTelemetry(): Promise<void> {
  await provider?.shutdown().catch(() => {})
}

/** The current span, if it is sampled: an unsampled one has no trace to link to. */
export function activeSpanContext(): SpanContext | undefined {
  const span = enabled ? trace.getSpan(context.active())?.spanContext() : undefined
  return span && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? span : undefined
}
