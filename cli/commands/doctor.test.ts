import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { assessmentTroubles } from '../../control/assessment.ts'
import { projectRoot } from '../../control/paths.ts'
import { run } from '../../test/loaded-modules.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-doctor-'))
after(() => rmSync(dir, { recursive: true }))

test('doctor warns when others on the machine can read what would spoil an assessment', async () => {
  const ledger = path.join(dir, 'ledger.db')
  writeFileSync(ledger, '')
  chmodSync(dir, 0o755)
  chmodSync(ledger, 0o644)
  // Including the answers, if this checkout is open to others.
  const troubles = assessmentTroubles(projectRoot, dir)
  assert.match(
    troubles.at(-1) ?? '',
    /^other users of this machine may read what the range keeps \(.*ledger\.db\): 'firedrill up' removes their access$/,
  )
  const [told, listed] = await Promise.all([
    run('cli/main.ts', ['doctor', '--dir', dir]),
    run('cli/main.ts', ['doctor', '--dir', dir, '--json']),
  ])
  assert.deepEqual((JSON.parse(listed.stdout) as { assessment: string[] }).assessment, troubles)
  for (const trouble of troubles) assert.ok(told.stdout.includes(`! for assessments: ${trouble}\n`), told.stdout)
  assert.doesNotMatch(told.stdout, /nobody else on this machine/)
})
