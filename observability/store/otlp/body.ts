import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'

/** A request's body, compressed and uncompressed. */
const maxBodyBytes = 16 * 1024 * 1024
const maxUnpackedBytes = 64 * 1024 * 1024
/** How much of an oversized body is still read, so that its sender receives the answer. */
const maxReadBytes = 256 * 1024 * 1024

const unpackers = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  zstd: promisify(zstdDecompress),
  br: promisify(brotliDecompress),
} as const

class BodyError extends Error {
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

const mebibytes = (bytes: number): string => `${bytes / 1024 / 1024} MiB`

/** Reads and uncompresses a body. Throws an error with `statusCode` 400, 413 or 415. */
export async function readBody(stream: Readable, coding: string | undefined): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
    else if (size > maxReadBytes) break
    else chunks.length = 0
  }
  if (size > maxBodyBytes) throw new BodyError(413, `a request has at most ${mebibytes(maxBodyBytes)}: send less at once`)
  return unpacked(Buffer.concat(chunks), coding)
}

async function unpacked(body: Buffer, coding: string | undefined): Promise<Buffer> {
  const name = (coding ?? 'identity').trim().toLowerCase()
  if (name === '' || name === 'identity') return body
  if (!Object.hasOwn(unpackers, name))
    throw new BodyError(415, `the content coding '${name.slice(0, 40)}' is not known here; ${Object.keys(unpackers).join(', ')} are`)
  try {
    // Safe: the name is one of the table's own.
    return await unpackers[name as keyof typeof unpackers](body, { maxOutputLength: maxUnpackedBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyError(413, `a request has at most ${mebibytes(maxUnpackedBytes)} when it is unpacked: send less at once`)
    throw new BodyError(400, `the body is not complete ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
