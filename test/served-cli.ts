import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import { projectRoot } from '../control/paths.ts'
import { ownPorts, paperContext } from '../control/replay/paper-context.ts'
import { ServedBench } from '../control/replay/served-bench.ts'

/**
 * For the tests of one file, which run commands over HTTP against the real control plane with a simulated range: it listens until they are over.
 * `dir` is the range's folder, for `--dir`, and `folder` one for their own files.
 */
export function servedCli(): { served: ServedBench; folder: string; dir: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-served-cli-'))
  const portBase = ownPorts()
  const dir = path.join(folder, 'range')
  const served = new ServedBench({ portBase })
  before(async () => {
    mkdirSync(dir)
    writeFileSync(path.join(dir, 'range.json'), JSON.stringify(paperContext(dir, projectRoot, 0, portBase).config), { mode: 0o600 })
    await served.listen()
  })
  after(async () => {
    await served[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  return { served, folder, dir }
}
