import { gzipSync } from 'node:zlib'
import { protobufOf } from '../../observability/store/otlp/json.ts'
import { traceRequest } from '../../observability/store/otlp/messages.ts'
import { Refusals } from '../../observability/store/otlp/values.ts'

/** A request as it is sent. */
interface HttpRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer | null
}

const unitsPerMs = { ms: 1n, us: 1_000n, ns: 1_000_000n } as const

/**
 * Parses a request from a file in editors' format (`*.http`): a line with the method and the path, the rest of its query in indented lines; headers;
 * an empty line; the body. `{{ns}}`, `{{us}}`, `{{ms}}` and `{{s}}` are the current time, plus or minus a number (`{{us-3600000000}}`), `{{low}}` and
 * `{{high}}` the halves of that in nanoseconds. A comment `# @protobuf` encodes the body's JSON, `# @bytes` replaces each U+FFFD by those bytes, and
 * `# @gzip` compresses it.
 */
export function readRequest(text: string, nowMs: number): HttpRequest {
  const [head = '', ...rest] = filled(text, nowMs).split('\n\n')
  const lines = head.split('\n')
  const comments = lines.filter((line) => line.startsWith('#'))
  const [first = '', ...others] = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const [method = '', path = ''] = first.split(' ')
  const query = others.filter((line) => line.startsWith(' ')).map((line) => line.trim())
  const headers = others.filter((line) => !line.startsWith(' ')).map((line) => line.split(/:\s*/, 2) as [string, string])
  const body = rest.join('\n\n').trim()
  return {
    method,
    path: path + query.join(''),
    headers: Object.fromEntries(headers),
    body: body === '' ? null : encoded(body, comments),
  }
}

/** Fills in the times. */
export const filled = (text: string, nowMs: number): string =>
  text.replaceAll(/\{\{(\w+)([-+]\d+)?\}\}/g, (_all, unit: string, more = '0') => timeIn(unit, nowMs, more))

function timeIn(unit: string, nowMs: number, more: string): string {
  const nanoseconds = BigInt(nowMs) * 1_000_000n
  if (unit === 'low') return String(BigInt.asUintN(32, nanoseconds))
  if (unit === 'high') return String(nanoseconds >> 32n)
  if (unit === 's') return (nowMs / 1_000 + Number(more)).toFixed(3)
  const perMs = unitsPerMs[unit as keyof typeof unitsPerMs]
  return String(BigInt(nowMs) * perMs + BigInt(more))
}

function encoded(body: string, comments: readonly string[]): Buffer {
  const said = (name: string) => comments.find((line) => line.startsWith(`# @${name}`))
  let bytes = said('protobuf') ? protobufOf(traceRequest, JSON.parse(body), new Refusals()) : Buffer.from(body)
  const [, hex] = /@bytes ([0-9a-f ]+)/.exec(said('bytes') ?? '') ?? []
  // As many bytes as the placeholder, so that no length changes.
  if (hex)
    bytes = Buffer.from(
      bytes.toString('latin1').replaceAll('\xef\xbf\xbd', Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1')),
      'latin1',
    )
  return said('gzip') ? gzipSync(bytes) : bytes
}
