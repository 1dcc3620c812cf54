import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openLocalRange } from '../../../control/wiring.ts'
import { until } from '../../../model/until.ts'
import { localMesh } from './mesh.ts'
import { RangeState } from './state.ts'

test('a policy that another process changes during Envoy’s validation of ours is not replaced', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-mesh-'))
  try {
    new RangeState(dir).configure({ portBase: 30_900 })
    const target = openLocalRange(dir)
    // A stand-in that reports that it has begun, and waits.
    const [begun, goOn, envoy] = ['begun', 'go-on', 'envoy'].map((name) => path.join(dir, name)) as [string, string, string]
    writeFileSync(envoy, `#!/bin/sh\ntouch '${begun}'\nwhile [ ! -e '${goOn}' ]; do sleep 0.02; done\n`)
    chmodSync(envoy, 0o755)
    Object.defineProperty(target, 'context', { value: { ...target.context, binaries: { ...target.context.binaries, envoy } } })
    const mesh = localMesh(target)
    const read = await mesh.policy()
    const ours = mesh.apply(`# ours\n${read}`, 'reaper', read)
    ours.catch(() => {})
    await until('Envoy to look at it', 20_000, async () => existsSync(begun))
    const theirs = { revision: 1, at: '', by: 'control plane', yaml: `# theirs\n${read}` }
    new RangeState(dir).recordMeshRevision(theirs)
    writeFileSync(goOn, '')
    await assert.rejects(ours, { code: 'outdated' })
    assert.deepEqual(new RangeState(dir).meshRevisions(), [theirs])
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
