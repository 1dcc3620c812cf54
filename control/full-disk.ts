/**
 * Keeps a process alive on a full disk, or past a limit of file sizes: what it cannot write is lost. Without this, a stream error that nobody listens
 * to would end the process. Node itself ignores the signal for a file that grows past its limit.
 */
export function surviveFullDisk(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {})
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    // Safe: with the original's arguments. Written synchronously for a file, so that errors are thrown here as well.
    stream.write = ((...args: unknown[]) => {
      try {
        return write(...args)
      } catch {
        return false
      }
    }) as typeof stream.write
  }
}
