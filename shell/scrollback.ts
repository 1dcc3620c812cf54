const newline = 10
const smallBytes = 4_096

/** A terminal's latest output, addressed by byte offset since it was opened, for viewers who reconnect. */
export class Scrollback {
  readonly #mostLines: number
  readonly #mostBytes: number
  readonly #pieces: { bytes: Buffer; lines: number }[] = []
  #lines = 0
  #bytes = 0
  /** Total number of bytes of output. */
  end = 0

  constructor({ mostLines = 10_000, mostBytes = 4 * 1024 * 1024 }: { mostLines?: number; mostBytes?: number } = {}) {
    this.#mostLines = mostLines
    this.#mostBytes = mostBytes
  }

  /** The first byte that is still available. */
  get start(): number {
    return this.end - this.#bytes
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return
    const lines = countLines(bytes)
    const last = this.#pieces.at(-1)
    // Keys are echoed one by one.
    if (last && last.bytes.length + bytes.length <= smallBytes) {
      last.bytes = Buffer.concat([last.bytes, bytes])
      last.lines += lines
    } else this.#pieces.push({ bytes, lines })
    this.#lines += lines
    this.#bytes += bytes.length
    this.end += bytes.length
    for (let [first] = this.#pieces; first !== undefined; [first] = this.#pieces) {
      const tooMany = this.#lines - first.lines >= this.#mostLines || this.#bytes - first.bytes.length >= this.#mostBytes
      if (!tooMany) break
      this.#pieces.shift()
      this.#lines -= first.lines
      this.#bytes -= first.bytes.length
    }
  }

  /** From that byte on, at most this many bytes; if it is no longer available, from the first complete line. */
  from(place: number, most: number): { at: number; bytes: Buffer } {
    const start = place >= this.start ? Math.min(place, this.end) : this.#firstLine()
    const parts: Buffer[] = []
    let [skip, left] = [start - this.start, most]
    for (const { bytes } of this.#pieces) {
      if (left <= 0) break
      if (skip >= bytes.length) {
        skip -= bytes.length
        continue
      }
      const part = bytes.subarray(skip, skip + left)
      skip = 0
      left -= part.length
      parts.push(part)
    }
    return { at: start, bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts) }
  }

  /** Avoids the middle of a line, or of an escape sequence. */
  #firstLine(): number {
    if (this.start === 0) return 0
    const at = this.#pieces[0]?.bytes.indexOf(newline) ?? -1
    return at < 0 ? this.start : this.start + at + 1
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}
