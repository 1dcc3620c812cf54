/** What compressed bodies begin with. */
const magic = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd], deflate: [0x78, 0x9c] } as const
/** A byte order mark, or a bracket of two bytes. */
const utf16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0x7b, 0],
  [0, 0x7b],
  [0x5b, 0],
  [0, 0x5b],
]
/** As a text has none. */
const isControl = (byte: number): boolean => byte < 0x09 || (byte > 0x0d && byte < 0x20)

/** That a body is compressed and its headers do not say so; null where it is not. No OTLP begins so, though some of it could be read as protobuf. */
export function stillPacked(body: Buffer, coding: string | undefined): string | null {
  const [name] = Object.entries(magic).find(([, bytes]) => begins(body, bytes)) ?? []
  if (name === undefined) return null
  return coding
    ? `the body is still ${name} when it has been unpacked: compress it once`
    : `the body is ${name}: send Content-Encoding: ${name}`
}

/** Why a body could not be read, by what it looks like; null where it looks like nothing else than what was expected. */
export function likelyCause(body: Buffer, isJson: boolean): string | null {
  if (utf16.some((bytes) => begins(body, bytes))) return 'the body is UTF-16: send it as UTF-8'
  const start = body.subarray(0, 64)
  if (!isJson && /^(\xef\xbb\xbf)?\s*[{[]/.test(start.toString('latin1'))) return 'the body is JSON: send Content-Type: application/json'
  if (isJson && body[0] === 0x0a && start.some(isControl)) return 'the body is protobuf: send Content-Type: application/x-protobuf'
  return null
}

const begins = (body: Buffer, bytes: readonly number[]): boolean => bytes.every((byte, index) => body[index] === byte)
