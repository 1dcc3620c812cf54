import { Cells } from '../native.ts'
import type { Batch } from '../tables.ts'
import { Refusals, TooManyRefused } from './values.ts'
import { bytes, fieldsOf, type Part, part, type Reader, writePairs } from './wire.ts'

const serviceName = 'service.name'

/** The source of spans or log records: parsed once for all records of a request that share it. */
export interface Origin {
  /** Its name, as a cell. */
  service: Buffer
  /** Its attributes, as the cells of a map. */
  keys: Buffer
  values: Buffer
  count: number
}

export interface Scope {
  name: Part | null
  version: Part | null
  attributes: Part[]
}

interface ScopeRecords {
  scope: Scope
  records: Part[]
  schemaUrl: Part | null
}

/** ResourceSpans and ResourceLogs have the same structure: a resource, its scopes, and the URL of a schema. */
interface ResourceRecords {
  origin: Origin
  scopes: ScopeRecords[]
  schemaUrl: Part | null
}

/**
 * Parses an ExportTraceServiceRequest or ExportLogsServiceRequest, one resource after another. An invalid one costs only itself: its rows are
 * removed, and it is counted in `refusals`. Throws RangeError or Error if the request as a whole is not valid protobuf.
 */
export function eachResource(
  reader: Reader,
  source: Buffer,
  batch: Batch,
  refusals: Refusals,
  write: (records: ResourceRecords, refusals: Refusals) => void,
): void {
  let isOne = source.length === 0
  fieldsOf(reader, { start: 0, end: source.length }, (tag) => {
    if (tag !== bytes(1)) return false
    isOne = true
    const within = part(reader)
    const mark = batch.mark()
    const own = new Refusals()
    let service = ''
    try {
      const records = readResourceRecords(reader, source, within)
      service = nameOf(records.origin)
      write(records, own)
      refusals.merge(own)
    } catch (error) {
      if (error instanceof TooManyRefused) throw error
      batch.reset(mark)
      const message = error instanceof Error ? error.message : String(error)
      refusals.add(service, 'malformed', `not OTLP: ${message}`, Math.max(1, recordsIn(reader, within)))
      reader.pos = within.end
    }
    return true
  })
  if (!isOne) throw new RangeError('there is no resource in it')
}

/** The name of a service as text; empty if it has none. */
export function nameOf({ service }: Origin): string {
  let at = 0
  // After its length.
  while ((service[at] ?? 0) >= 0x80) at++
  return service.toString('utf8', at + 1)
}

function readResourceRecords(reader: Reader, source: Buffer, within: Part): ResourceRecords {
  let resource: Part | null = null
  let schemaUrl: Part | null = null
  const scopes: Part[] = []
  fieldsOf(reader, within, (tag) => {
    if (tag === bytes(1)) resource = part(reader)
    else if (tag === bytes(2)) scopes.push(part(reader))
    else if (tag === bytes(3)) schemaUrl = part(reader)
    else return false
    return true
  })
  return { origin: readResource(reader, source, resource), scopes: scopes.map((scope) => readScope(reader, scope)), schemaUrl }
}

/** The name of a service, and its attributes. */
function readResource(reader: Reader, source: Buffer, resource: Part | null): Origin {
  const attributes: Part[] = []
  if (resource)
    fieldsOf(reader, resource, (tag) => {
      if (tag !== bytes(1)) return false
      attributes.push(part(reader))
      return true
    })
  const pairs = { keys: new Cells(512), values: new Cells(512) }
  let service: Buffer = Buffer.of(0)
  for (const attribute of attributes) {
    const keyAt = pairs.keys.length
    const valueAt = pairs.values.length
    writePairs(reader, source, [attribute], pairs)
    // After its length, which is one byte for such a short key.
    if (pairs.keys.bytes.toString('latin1', keyAt + 1) === serviceName) service = pairs.values.bytes.subarray(valueAt)
  }
  return { service: Buffer.from(service), keys: pairs.keys.bytes, values: pairs.values.bytes, count: attributes.length }
}

/** ScopeSpans and ScopeLogs have the same structure: a scope, records, and the URL of a schema. */
function readScope(reader: Reader, within: Part): ScopeRecords {
  const scope: Scope = { name: null, version: null, attributes: [] }
  const records: Part[] = []
  let schemaUrl: Part | null = null
  fieldsOf(reader, within, (tag) => {
    if (tag === bytes(2)) records.push(part(reader))
    else if (tag === bytes(3)) schemaUrl = part(reader)
    else if (tag === bytes(1)) {
      fieldsOf(reader, part(reader), (inner) => {
        if (inner === bytes(1)) scope.name = part(reader)
        else if (inner === bytes(2)) scope.version = part(reader)
        else if (inner === bytes(3)) scope.attributes.push(part(reader))
        else return false
        return true
      })
    } else return false
    return true
  })
  return { scope, records, schemaUrl }
}

/** The number of records in a part that could not be parsed, as far as it can be determined. */
function recordsIn(reader: Reader, within: Part): number {
  let count = 0
  try {
    fieldsOf(reader, within, (tag) => {
      if (tag !== bytes(2)) return false
      fieldsOf(reader, part(reader), (inner) => {
        if (inner === bytes(2)) count++
        return false
      })
      return true
    })
  } catch {
    // Everything after it is lost too.
  }
  return count
}
