/**
 * Starts OpenTelemetry. Must be the first import of a service: the instrumentations patch what is loaded after them.
 * `OTEL_SDK_DISABLED=true` turns all of it off, as the specification has it.
 */
import { context, trace, TraceFlags, type SpanContext } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider, ParentBasedSampler } from '@opentelemetry/sdk-trace-node'
import { RateLimitingSampler } from './sampler.ts'

const enabled = process.env['OTEL_SDK_DISABLED'] !== 'true'

const tracesPerSecond = Number(process.env['TRACES_PER_SECOND'] ?? 100)

/** Health checks and scrapes are not worth a trace. */
const isInternal = (url: string | undefined) => /^\/(health|ready|metrics)/.test(url ?? '')

const provider = enabled
  ? new NodeTracerProvider({
      resource: resourceFromAttributes({
        'service.name': process.env['SERVICE_NAME'] ?? 'unknown',
        'service.version': process.env['SERVICE_VERSION'] ?? '0.0.0',
        'service.namespace': 'shop',
      }),
      // Whoever calls decides for what he calls; of those that begin here, a flood is not traced whole.
      sampler: new ParentBasedSampler({ root: new RateLimitingSampler(tracesPerSecond) }),
      spanProcessors: [
        new BatchSpanProcessor(new OTLPTraceExporter(), {
          scheduledDelayMillis: 500,
          maxQueueSize: 8_192,
          maxExportBatchSize: 1_024,
          exportTimeoutMillis: 5_000,
        }),
      ],
    })
  : null

if (provider) {
  provider.register()
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        disableOutgoingRequestInstrumentation: true,
        ignoreIncomingRequestHook: (request) => isInternal(request.url),
      }),
      new UndiciInstrumentation({ requireParentforSpans: true }),
      // The comment carries the trace id into PostgreSQL's own log of slow statements.
      new PgInstrumentation({ requireParentSpan: true, addSqlCommenterCommentToQueries: true, ignoreConnectSpans: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
      new AmqplibInstrumentation({ consumeTimeoutMs: 10 * 60_000 }),
    ],
  })
}

/** Sends what is still buffered. */
export async function stopTelemetry(): Promise<void> {
  await provider?.shutdown().catch(() => {})
}

/** The span in progress, when it is sampled: one that is not leads nowhere. */
export function activeSpanContext(): SpanContext | undefined {
  const span = enabled ? trace.getSpan(context.active())?.spanContext() : undefined
  return span && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? span : undefined
}
