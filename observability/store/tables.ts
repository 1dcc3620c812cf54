import { Cells, cellsOf, Lists, type Maps } from './native.ts'

export type Table = 'otel_traces' | 'otel_logs'
export const tables = ['otel_traces', 'otel_logs'] as const satisfies Table[]

const cells = (): Cells => new Cells()
const maps = (): Maps => new Lists({ keys: cells(), values: cells() })
const text = ['String', cells] as const
const map = 'Map(String, String)'

/**
 * The columns of each table that are written, in order, with their types: the layout of a block. `LowCardinality` columns are sent as plain text,
 * which the database accepts as well. Other columns have defaults. The service comes first, where `servicesOf` finds it.
 */
const layouts = {
  otel_traces: {
    ServiceName: text,
    Timestamp: ['DateTime64(9)', cells],
    TraceId: text,
    SpanId: text,
    ParentSpanId: text,
    TraceState: text,
    SpanName: text,
    SpanKind: text,
    ResourceAttributes: [map, maps],
    ScopeName: text,
    ScopeVersion: text,
    SpanAttributes: [map, maps],
    Duration: ['UInt64', cells],
    StatusCode: text,
    StatusMessage: text,
    'Events.Timestamp': ['Array(DateTime64(9))', () => new Lists(cells())],
    'Events.Name': ['Array(String)', () => new Lists(cells())],
    'Events.Attributes': [`Array(${map})`, () => new Lists(maps())],
    'Links.TraceId': ['Array(String)', () => new Lists(cells())],
    'Links.SpanId': ['Array(String)', () => new Lists(cells())],
    'Links.TraceState': ['Array(String)', () => new Lists(cells())],
    'Links.Attributes': [`Array(${map})`, () => new Lists(maps())],
  },
  otel_logs: {
    ServiceName: text,
    Timestamp: ['DateTime64(9)', cells],
    TraceId: text,
    SpanId: text,
    TraceFlags: ['UInt8', cells],
    SeverityText: text,
    SeverityNumber: ['UInt8', cells],
    Body: text,
    ResourceSchemaUrl: text,
    ResourceAttributes: [map, maps],
    ScopeSchemaUrl: text,
    ScopeName: text,
    ScopeVersion: text,
    ScopeAttributes: [map, maps],
    LogAttributes: [map, maps],
  },
} as const satisfies Record<Table, Record<string, readonly [type: string, make: () => unknown]>>

type Layout<Name extends Table> = (typeof layouts)[Name]
type Columns<Name extends Table> = {
  readonly [Column in keyof Layout<Name>]: Layout<Name>[Column] extends readonly [string, () => infer Made] ? Made : never
}

export type SpanColumns = Columns<'otel_traces'>

/** A position in a batch, to remove what was added since. */
type Mark = readonly number[]

/** Rows of one table that were not inserted yet. */
export class Batch<Name extends Table = Table> {
  readonly table: Name
  readonly columns: Columns<Name>
  readonly #cells: readonly (Cells | Lists<unknown>)[]
  rows = 0

  constructor(table: Name) {
    this.table = table
    const made = Object.entries(layouts[table]).map(([name, [, make]]) => [name, make()] as const)
    // Safe: the same names, each with the result for its layout.
    this.columns = Object.fromEntries(made) as Columns<Name>
    this.#cells = made.flatMap(([, column]) => [...cellsOf(column)])
  }

  get bytes(): number {
    let bytes = 0
    for (const cells of this.#cells) if (cells instanceof Cells) bytes += cells.length
    return bytes
  }

  mark(): Mark {
    return [this.rows, ...this.#cells.map((cells) => (cells instanceof Cells ? cells.length : cells.entries))]
  }

  reset([rows = 0, ...lengths]: Mark): void {
    this.rows = rows
    this.#cells.forEach((cells, index) => {
      const length = lengths[index] ?? 0
      if (cells instanceof Cells) cells.truncate(length)
      else cells.entries = length
    })
  }

  clear(): void {
    this.reset([])
  }

  /** One block in the Native format. */
  block(): Buffer[] {
    const head = new Cells()
    const columns = Object.entries(this.columns)
    const types = typesOf(this.table)
    head.size(columns.length)
    head.size(this.rows)
    const parts: Buffer[] = [head.bytes]
    for (const [name, column] of columns) {
      const title = new Cells(128)
      title.text(name)
      title.text(types[name] ?? '')
      parts.push(title.bytes)
      for (const cells of cellsOf(column)) if (cells instanceof Cells) parts.push(cells.bytes)
    }
    return parts
  }
}

/** The types of a table's columns in its blocks. */
const typesOf = (table: Table): Record<string, string> =>
  Object.fromEntries(Object.entries(layouts[table]).map(([name, [type]]) => [name, type]))

/** Reads the sizes and texts at the start of a block. */
function readerOf(block: Buffer) {
  let at = 0
  const size = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = block[at++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }
  const string = () => {
    const end = size() + at
    const read = block.toString('utf8', at, end)
    at = end
    return read
  }
  return { size, string }
}

/** The number of rows in the block at the start of a file. */
export function rowsOf(block: Buffer): number {
  const { size } = readerOf(block)
  size()
  return size()
}

/** The service of each row of a block; empty for a block that an earlier version wrote. */
export function servicesOf(block: Buffer): string[] {
  const { size, string } = readerOf(block)
  size()
  const rows = size()
  const name = string()
  string()
  return name === 'ServiceName' ? Array.from({ length: rows }, string) : []
}

const quotedColumns = (table: Table): string =>
  Object.keys(layouts[table])
    .map((name) => `\`${name}\``)
    .join(', ')

/** `INSERT INTO table (columns)`, without the source of the rows. */
export const insertInto = (table: Table): string => `INSERT INTO ${table} (${quotedColumns(table)})`

/** The columns of a block, in the notation of `SELECT` and of a table function's structure. */
export const columnsOf = (table: Table): { selected: string; structure: string } => ({
  selected: quotedColumns(table),
  structure: Object.entries(typesOf(table))
    .map(([name, type]) => `\`${name}\` ${type}`)
    .join(', '),
})
