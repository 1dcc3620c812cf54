/** Magic bytes of compressed bodies. */
const magic = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd], deflate: [0x78, 0x9c] } as const
/** A byte order mark, or a bracket in UTF-16. */
const utf16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0x7b, 0],
  [0, 0x7b],
  [0x5b, 0],
  [0, 0x5b],
]
/** Control bytes that no text has. */
const isControl = (byte: number): boolean => byte < 0x09 || (byte > 0x0d && byte < 0x20)

/**
 * Says that a body is compressed although its headers do not say so; null if it is not. No OTLP begins like this, though some of it could be parsed
 * as protobuf.
 */
export function stillPacked(body: Buffer, coding: string | undefined): string | null {
  const [name] = Object.entries(magic).find(([, bytes]) => begins(body, bytes)) ?? []
  if (name === undefined) return null
  return coding
    ? `the body is still ${name} when it has been unpacked: compress it once`
    : `the body is ${name}: send Content-Encoding: ${name}`
}

/** Why a body could not be parsed, by its content; null if it looks like the expected format. */
export function likelyCause(body: Buffer, isJson: boolean): string | null {
  if (utf16.some((bytes) => begins(body, bytes))) return 'the body is UTF-16: send it as UTF-8'
  const start = body.subarray(0, 64)
  if (!isJson && /^(\xef\xbb\xbf)?\s*[{[]/.test(start.toString('latin1'))) return 'the body is JSON: send Content-Type: application/json'
  if (isJson && body[0] === 0x0a && start.some(isControl)) return 'the body is protobuf: send Content-Type: application/x-protobuf'
  return null
}

const begins = (body: Buffer, bytes: readonly number[]): boolean => bytes.every((byte, index) => body[index] === byte)
