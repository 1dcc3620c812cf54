/**
 * Lets a process live on a full disk, or past a limit of file sizes: what it cannot write is lost, and not the process with it. An error of a stream that nobody
 * listens to ends a process; the signal of a file that grows past its limit is ignored by Node itself.
 */
export function surviveFullDisk(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {})
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    // Safe: with the arguments of the original. Written at once where it is a file, so that it throws as well.
    stream.write = ((...args: unknown[]) => {
      try {
        return write(...args)
      } catch {
        return false
      }
    }) as typeof stream.write
  }
}
