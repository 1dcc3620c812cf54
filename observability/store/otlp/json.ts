import protobuf from 'protobufjs'
import { Refusals } from './values.ts'

/** Ids are hexadecimal text in OTLP's JSON, and other bytes base64 (opentelemetry-proto, docs/specification.md, JSON Protobuf Encoding). */
const ids = new Set(['traceId', 'spanId', 'parentSpanId'])
/** A message whose errors cost only itself, and what it contains. */
const records = new Set(['Span', 'LogRecord'])
const apart = new Set([...records, 'ResourceSpans', 'ResourceLogs', 'ScopeSpans', 'ScopeLogs'])
const deepest = 64

type Fields = Record<string, unknown>

/** The refusals of the current part, and its service. */
interface Reading {
  refusals: Refusals
  service: string
}

/**
 * Converts an OTLP request in JSON to protobuf: names in camelCase or snake_case, null like a missing field, 64-bit integers as text or numbers,
 * enums as numbers or names, unknown fields ignored (protobuf.dev/programming-guides/json). Throws TypeError with the path if the request as a whole
 * is invalid; an invalid record is left out instead, and so is an invalid resource or scope with all its records, and counted in `refusals`.
 */
export function protobufOf(type: protobuf.Type, json: unknown, refusals: Refusals): Buffer {
  const { stackTraceLimit } = Error
  // Errors have a path instead of a stack: stacks would be most of the cost of a request whose records are all invalid.
  Error.stackTraceLimit = 0
  try {
    const request = message(type, json, '', 0, { refusals, service: '' })
    const [first = ''] = Object.keys(type.fields)
    if (Object.keys(request).length === 0 && Object.keys(json as object).length > 0 && !has(json as Fields, first))
      throw new TypeError(`there is no ${first} in it`)
    return Buffer.from(type.encode(request).finish())
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const has = (json: Fields, name: string): boolean => Object.hasOwn(json, name) || Object.hasOwn(json, snake(name))

const known = new Map<protobuf.Type, Map<string, protobuf.Field>>()
/** The fields of a message by both names. */
function fieldsOf(type: protobuf.Type): Map<string, protobuf.Field> {
  let fields = known.get(type)
  if (!fields) {
    fields = new Map(type.fieldsArray.flatMap((field) => [[field.name, field] as const, [snake(field.name), field] as const]))
    known.set(type, fields)
  }
  return fields
}

function message(type: protobuf.Type, json: unknown, path: string, depth: number, reading: Reading): Fields {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw new TypeError(`${path || 'the request'} is not an object`)
  if (depth > deepest) throw new TypeError(`${path} is nested more than ${deepest} levels deep`)
  const given = json as Fields
  const read: Fields = {}
  refuseStrangers(type, given, path)
  const fields = fieldsOf(type)
  for (const name of Object.keys(given)) {
    const field = fields.get(name)
    const value = given[name]
    if (!field || value === null || value === undefined) continue
    const at = path ? `${path}.${field.name}` : field.name
    read[field.name] = field.repeated ? list(field, value, at, depth, reading) : single(field, value, at, depth, reading)
  }
  return read
}

/** Messages that contain records, and the name of the list. */
const holders: Record<string, string> = {
  ExportTraceServiceRequest: 'resourceSpans',
  ResourceSpans: 'scopeSpans',
  ScopeSpans: 'spans',
  ExportLogsServiceRequest: 'resourceLogs',
  ResourceLogs: 'scopeLogs',
  ScopeLogs: 'logRecords',
}

/** Unknown fields are ignored, except those that hold records: in OTLP before 1.0, or one level too high, they would be lost silently. */
function refuseStrangers(type: protobuf.Type, given: Fields, path: string): void {
  const list = holders[type.name]
  if (list === undefined) return
  const fields = fieldsOf(type)
  const stranger = Object.entries(given).find(([name, value]) => Array.isArray(value) && value.length > 0 && !fields.has(name))
  if (stranger) throw new TypeError(`${path ? `${path}.` : ''}${stranger[0].slice(0, 60)} is no field of OTLP: expected ${list}`)
}

function list(field: protobuf.Field, value: unknown, path: string, depth: number, reading: Reading): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${path} is not a list`)
  if (!apart.has(field.type)) return value.map((item: unknown, index) => single(field, item, `${path}[${index}]`, depth, reading))
  return value.flatMap((item: unknown, index) => {
    const service = reading.service || serviceOf(item)
    // Counted separately, because none of them counts if the part is refused as a whole.
    const refusals = records.has(field.type) ? reading.refusals : new Refusals()
    try {
      const read = single(field, item, `${path}[${index}]`, depth, { refusals, service })
      if (refusals !== reading.refusals) reading.refusals.merge(refusals)
      return [read]
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      reading.refusals.add(service, 'malformed', error.message, Math.max(1, recordsIn(item, 0)))
      return []
    }
  })
}

const isFields = (value: unknown): value is Fields => value !== null && typeof value === 'object'

/** The service of a resource's records, as far as it can be read. */
function serviceOf(item: unknown): string {
  const resource = isFields(item) ? item['resource'] : null
  const attributes = isFields(resource) ? resource['attributes'] : null
  if (!Array.isArray(attributes)) return ''
  const named = attributes.find((attribute: unknown) => isFields(attribute) && attribute['key'] === 'service.name') as Fields | undefined
  const value = isFields(named?.['value']) ? (named['value']['stringValue'] ?? named['value']['string_value']) : null
  return typeof value === 'string' ? value : ''
}

/** The number of records in a part that could not be parsed. */
function recordsIn(value: unknown, depth: number): number {
  if (!isFields(value) || depth > 8) return 0
  const counts = Object.entries(value).map(([name, inner]) =>
    Array.isArray(inner) && ['spans', 'logRecords', 'log_records', 'logs'].includes(name) ? inner.length : recordsIn(inner, depth + 1),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function single(field: protobuf.Field, value: unknown, path: string, depth: number, reading: Reading): unknown {
  const { resolvedType } = field
  if (resolvedType instanceof protobuf.Type) return message(resolvedType, value, path, depth + 1, reading)
  if (resolvedType instanceof protobuf.Enum) return enumOf(resolvedType, value, path)
  if (field.type === 'string') return text(value, path)
  if (field.type === 'bytes') return ids.has(field.name) ? idOf(value, path) : Buffer.from(text(value, path), 'base64')
  if (field.type === 'bool') return value === true || value === 'true'
  if (field.type === 'double') return number(value, path)
  if (field.type === 'fixed64' || field.type === 'int64') return integer(value, path)
  return number(value, path) >>> 0
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TypeError(`${path} is not text`)
}

function number(value: unknown, path: string): number {
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof given === 'number' && (!Number.isNaN(given) || value === 'NaN')) return given
  throw new TypeError(`${path} is not a number`)
}

function enumOf(type: protobuf.Enum, value: unknown, path: string): number {
  if (typeof value !== 'string') return number(value, path) | 0
  // Some exporters leave out the prefix.
  const name = Object.keys(type.values).find((known) => known === value || known.endsWith(`_${value.toUpperCase()}`))
  return name === undefined ? number(value, path) | 0 : (type.values[name] ?? 0)
}

/** The two halves of a 64-bit integer; a larger one is cut to its lower 64 bits, as senders that overflow do. */
function integer(value: unknown, path: string): { low: number; high: number; unsigned: boolean } {
  // Some JavaScript SDKs sent them like this for a while.
  if (isFields(value) && typeof value['low'] === 'number' && typeof value['high'] === 'number')
    return { low: value['low'] | 0, high: value['high'] | 0, unsigned: true }
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`${path} is not an integer`)
  let whole: bigint
  try {
    whole = BigInt(typeof value === 'number' ? Math.trunc(value) : value)
  } catch {
    throw new TypeError(`${path} is not an integer`)
  }
  const bits = BigInt.asUintN(64, whole)
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: true }
}

function idOf(value: unknown, path: string): Buffer {
  if (typeof value !== 'string') throw new TypeError(`${path} is not text`)
  if (!/^([0-9a-f]{2})*$/i.test(value))
    throw new TypeError(`${path} '${value.slice(0, 40)}' is not an id: ids are hexadecimal in JSON, not base64`)
  return Buffer.from(value, 'hex')
}
