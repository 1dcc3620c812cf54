/** Keeps the beginning and the end of a stream, and counts what is left out. */
export class Excerpt {
  readonly #mostBytes: number
  readonly #head: Buffer[] = []
  #headBytes = 0
  #tail: Buffer = Buffer.alloc(0)
  #leftOut = 0

  /** @param mostBytes at each end. */
  constructor(mostBytes = 24 * 1024) {
    this.#mostBytes = mostBytes
  }

  push(bytes: Buffer): void {
    const fits = bytes.subarray(0, this.#mostBytes - this.#headBytes)
    // A copy: the buffer that it is part of may be much larger.
    if (fits.length > 0) this.#head.push(Buffer.from(fits))
    this.#headBytes += fits.length
    const rest = bytes.subarray(fits.length)
    const all = rest.length >= this.#mostBytes ? Buffer.from(rest) : Buffer.concat([this.#tail, rest])
    const dropped = Math.max(0, all.length - this.#mostBytes)
    this.#leftOut += dropped + (rest.length >= this.#mostBytes ? this.#tail.length : 0)
    this.#tail = all.subarray(dropped)
  }

  /** The end of it, at most this many bytes. */
  tail(most: number): string {
    const end = this.#tail.length >= most ? this.#tail : Buffer.concat([...this.#head, this.#tail])
    return end.subarray(Math.max(0, end.length - most)).toString('latin1')
  }

  /** Everything that was kept, without this many bytes at its end, and with a line in place of what was left out. */
  read(without = 0): { text: string; leftOut: number } {
    const gap = this.#leftOut > 0 ? Buffer.from(`\n… ${this.#leftOut} bytes left out …\n`) : Buffer.alloc(0)
    const all = Buffer.concat([...this.#head, gap, this.#tail])
    return { text: all.subarray(0, Math.max(0, all.length - without)).toString('utf8'), leftOut: this.#leftOut }
  }
}
