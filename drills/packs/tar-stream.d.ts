/** What is used of tar-stream, which comes without types. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream'

  interface Header {
    name: string
    type: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo' | 'contiguous-file' | null
    size?: number
  }
  interface Extract extends Writable, AsyncIterable<Readable & { header: Header }> {}
  interface Pack extends Readable {
    entry(header: { name: string; mtime?: Date; mode?: number; type?: string; linkname?: string }, content?: Buffer | string): void
    finalize(): void
  }
  const tar: { extract(): Extract; pack(): Pack }
  export default tar
}
