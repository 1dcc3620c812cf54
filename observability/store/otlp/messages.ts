import protobuf from 'protobufjs'

/**
 * OTLP 1.x, the fields that are kept (opentelemetry-proto: trace/v1, logs/v1, common/v1, resource/v1). Field numbers are the
 * specification's; names are its JSON names, so that both encodings decode to the same shape.
 */
const definition = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resourceSpans = 1; }
message ExportLogsServiceRequest { repeated ResourceLogs resourceLogs = 1; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message AnyValue { oneof value { string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4; ArrayValue arrayValue = 5; KeyValueList kvlistValue = 6; bytes bytesValue = 7; } }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scopeSpans = 2; string schemaUrl = 3; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schemaUrl = 3; }
message Span {
  bytes traceId = 1; bytes spanId = 2; string traceState = 3; bytes parentSpanId = 4; string name = 5; int32 kind = 6;
  fixed64 startTimeUnixNano = 7; fixed64 endTimeUnixNano = 8; repeated KeyValue attributes = 9;
  repeated Event events = 11; repeated Link links = 13; Status status = 15;
  message Event { fixed64 timeUnixNano = 1; string name = 2; repeated KeyValue attributes = 3; }
  message Link { bytes traceId = 1; bytes spanId = 2; string traceState = 3; repeated KeyValue attributes = 4; }
  message Status { string message = 2; int32 code = 3; }
}
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scopeLogs = 2; string schemaUrl = 3; }
message ScopeLogs { Scope scope = 1; repeated LogRecord logRecords = 2; string schemaUrl = 3; }
message LogRecord {
  fixed64 timeUnixNano = 1; int32 severityNumber = 2; string severityText = 3; AnyValue body = 5; repeated KeyValue attributes = 6;
  fixed32 flags = 8; bytes traceId = 9; bytes spanId = 10; fixed64 observedTimeUnixNano = 11;
}`

const root = protobuf.parse(definition, { keepCase: true }).root
const traces = root.lookupType('ExportTraceServiceRequest')
const logs = root.lookupType('ExportLogsServiceRequest')

/** Fixed-width integers come as text in JSON, and as Long from protobuf. */
export type Nanos = string | number | { low: number; high: number; unsigned: boolean }
/** Ids are hex text in OTLP/JSON, and bytes in protobuf. */
export type Id = string | Uint8Array

export interface AnyValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: Nanos
  doubleValue?: number
  arrayValue?: { values?: AnyValue[] }
  kvlistValue?: { values?: KeyValue[] }
  bytesValue?: Id
}
export interface KeyValue {
  key: string
  value?: AnyValue
}
interface Scope {
  name?: string
  version?: string
  attributes?: KeyValue[]
}
export interface Span {
  traceId: Id
  spanId: Id
  parentSpanId?: Id
  traceState?: string
  name?: string
  kind?: number | string
  startTimeUnixNano: Nanos
  endTimeUnixNano: Nanos
  attributes?: KeyValue[]
  events?: { timeUnixNano: Nanos; name?: string; attributes?: KeyValue[] }[]
  links?: { traceId: Id; spanId: Id; traceState?: string; attributes?: KeyValue[] }[]
  status?: { code?: number | string; message?: string }
}
export interface LogRecord {
  timeUnixNano?: Nanos
  observedTimeUnixNano?: Nanos
  severityNumber?: number | string
  severityText?: string
  body?: AnyValue
  attributes?: KeyValue[]
  flags?: number
  traceId?: Id
  spanId?: Id
}
export interface TraceRequest {
  resourceSpans?: { resource?: { attributes?: KeyValue[] }; scopeSpans?: { scope?: Scope; spans?: Span[] }[] }[]
}
export interface LogsRequest {
  resourceLogs?: {
    resource?: { attributes?: KeyValue[] }
    schemaUrl?: string
    scopeLogs?: { scope?: Scope; schemaUrl?: string; logRecords?: LogRecord[] }[]
  }[]
}

// Safe: the types above are the definition above.
export const decodeTraces = (body: Uint8Array): TraceRequest => traces.decode(body) as unknown as TraceRequest
export const decodeLogs = (body: Uint8Array): LogsRequest => logs.decode(body) as unknown as LogsRequest
/** For tests and benchmarks: what an exporter would send. */
export const encodeTraces = (request: object): Uint8Array => traces.encode(traces.fromObject(request)).finish()
