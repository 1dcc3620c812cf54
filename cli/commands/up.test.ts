import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { ownPorts } from '../../control/replay/paper-context.ts'
import { run } from '../../test/loaded-modules.ts'

// Failures before anything is installed or started: no range starts here.
const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-up-'))
after(() => rmSync(folder, { recursive: true }))

/** A pack of one scenario, `slow-shelves` under another name. */
function pack(name: string): { source: string; scenario: string } {
  const source = path.join(folder, name)
  const target = path.join(source, 'scenarios', 'our-first')
  mkdirSync(target, { recursive: true })
  writeFileSync(path.join(source, 'pack.yaml'), `id: ${name}\nversion: 1.0.0\ntitle: Ours\n`)
  for (const file of ['scenario.yaml', 'story.md', 'debrief.md'])
    cpSync(path.join(projectRoot, 'scenarios', 'slow-shelves', file), path.join(target, file))
  const scenario = path.join(target, 'scenario.yaml')
  writeFileSync(scenario, readFileSync(scenario, 'utf8').replace('id: slow-shelves', 'id: our-first'))
  return { source, scenario }
}

test('up installs no pack if the start is refused, nor an invalid one in place of another', async () => {
  const dir = path.join(folder, 'range')
  const portBase = ownPorts()
  const up = (source: string) => run('cli/main.ts', ['up', '--dir', dir, '--port-base', String(portBase), '--pack', source])
  const kept = path.join(dir, 'packs')
  const { source } = pack('ours')
  const taker = net.createServer().listen(portBase, '127.0.0.1')
  await new Promise((resolve) => taker.once('listening', resolve))
  try {
    const { status, stderr } = await up(source)
    assert.equal(status, 1)
    assert.match(stderr, new RegExp(`^firedrill: .*\\b${portBase}\\b`))
    assert.ok(!existsSync(kept))
  } finally {
    await new Promise((resolve) => taker.close(resolve))
  }
  cpSync(source, path.join(kept, 'ours'), { recursive: true })
  const wrong = pack('wrong')
  writeFileSync(wrong.scenario, 'id: our-first\ntitle: [\n')
  const { status, stderr } = await up(wrong.source)
  assert.equal(status, 1)
  assert.match(stderr, /^firedrill: no pack is used:\n {2}\S*wrong: scenarios\/our-first\/scenario\.yaml:\d+:\d+: /)
  assert.ok(existsSync(path.join(kept, 'ours', 'pack.yaml')) && !existsSync(path.join(kept, 'wrong')))
})
