import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { after, before, test } from 'node:test'
import { startIstioPlane } from './istio-plane.ts'
import { startLocalPlane } from './local-plane.ts'
import type { DataPlane } from './plane.ts'
import { conformanceTable } from './table.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
const cache = process.env['FIREDRILL_CACHE'] || path.join(root, '.cache')
/** If an Istio is available, the same table runs on it: the kubeconfig of its cluster, and an image with Node. */
const { ISTIO_KUBECONFIG: kubeconfig, ISTIO_NODE_IMAGE: image = 'node:24-slim', ISTIOCTL: istioctl } = process.env

let baseline = ''
const planes: DataPlane[] = []
before(async () => {
  const local = await startLocalPlane(root, cache, 30_600)
  baseline = local.baseline
  planes.push(local)
  if (kubeconfig) planes.push(await startIstioPlane({ kubeconfig, image }))
})
after(async () => {
  for (const plane of planes) await plane[Symbol.asyncDispose]()
})

for (const row of conformanceTable) {
  test(row.name, async (context) => {
    for (const plane of planes) {
      await context.test(plane.name, async () => {
        await plane.behave({})
        await plane.apply(row.policy(baseline))
        try {
          await row.check(plane)
        } finally {
          // The next row's policy replaces this one.
          await plane.behave({})
        }
      })
    }
  })
}

test(
  "Istio's own analysis finds nothing",
  { skip: kubeconfig && istioctl ? false : 'ISTIO_KUBECONFIG and ISTIOCTL are not set' },
  async () => {
    const run = promisify(execFile)
    const { stdout } = await run(istioctl ?? 'istioctl', [
      'analyze',
      '--kubeconfig',
      kubeconfig ?? '',
      '--namespace',
      'shop',
      '--output',
      'json',
    ])
    assert.deepEqual(JSON.parse(stdout), [])
  },
)
