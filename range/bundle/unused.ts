import { globSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

/** How long a process may take between resolving a bundle and starting it. */
const handedOutMs = 10 * 60_000

/** Removes the bundles of that name, apart from one, that no process runs: a running one may load parts of it later. */
export function removeUnused(folder: string, name: string, kept: string): void {
  if (process.platform !== 'linux') return
  const running = globSync('/proc/[0-9]*/cmdline').map(commandOf).join('\n')
  for (const other of readdirSync(folder)) {
    const isOurs = other.startsWith(`${name}-`) && /^[0-9a-f]{16}(\.tmp-.*)?$/.test(other.slice(name.length + 1))
    if (!isOurs || other === kept || running.includes(path.join(folder, other))) continue
    if (Date.now() - statSync(path.join(folder, other)).ctimeMs > handedOutMs)
      rmSync(path.join(folder, other), { recursive: true, force: true })
  }
}

function commandOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It has exited meanwhile.
    return ''
  }
}
