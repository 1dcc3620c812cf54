import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { proxyOf } from '../../../model/components.ts'
import { findBinaries } from '../../binaries.ts'
import type { Binaries } from '../../context.ts'
import { localRange } from '../../targets/local/range.ts'
import { RangeState } from '../../targets/local/state.ts'
import { LocalTarget } from '../../targets/local/target.ts'
import { edgePort, inboundPort } from '../edges.ts'
import { startEcho, type Answer } from './echo.ts'
import { marked, untilMarked, workloads, type DataPlane } from './plane.ts'

/** The proxies of the local range, each with an echo service behind it, with a folder and ports of their own. */
export async function startLocalPlane(root: string, cache: string, portBase: number): Promise<DataPlane & { baseline: string }> {
  // If a proxy does not start, those before it are stopped.
  await using begun = new AsyncDisposableStack()
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-conformance-'))
  begun.defer(() => rmSync(dir, { recursive: true, force: true }))
  const state = new RangeState(dir)
  state.configure({ portBase })
  // Safe: only proxies are started here.
  const binaries = Object.fromEntries(findBinaries(cache).map(({ source, path: file }) => [source.binary, file])) as unknown as Binaries
  const target = new LocalTarget(state, root, binaries, () => ({}))
  const { context } = target
  const range = localRange(target)
  const echoes = await Promise.all(
    workloads.map(async (name) => {
      const echo = await startEcho({ service: context.port(name), control: 0 }, '127.0.0.1')
      begun.defer(() => echo.close())
      return { name, echo }
    }),
  )
  begun.defer(async () => void (await Promise.all(workloads.map((name) => target.stop(proxyOf(name))))))
  await Promise.all(workloads.map((name) => target.start(proxyOf(name))))
  const tell = async <Body>(name: string, what: string, body?: unknown): Promise<Body> => {
    const port = echoes.find((each) => each.name === name)?.echo.controlPort
    return (await (await fetch(`http://127.0.0.1:${port}/${what}`, { method: 'POST', body: JSON.stringify(body ?? {}) })).json()) as Body
  }
  const plane: Omit<DataPlane, 'apply'> = {
    name: 'local',
    call: (from, { count = 1, atOnce = 1, headers = {} } = {}) => {
      const port = context.port(edgePort(from === 'inventory' ? 'gateway' : from, 'inventory'))
      return tell<Answer[]>(from, 'call', { url: `http://127.0.0.1:${port}/stock`, count, atOnce, headers })
    },
    behave: (behaviour) => tell('inventory', 'behave', behaviour),
    received: async () => (await tell<{ received: number }>('inventory', 'received')).received,
    plaintext: () =>
      new Promise((resolve) => {
        http
          .get(
            { host: '127.0.0.1', port: context.port(inboundPort('inventory') ?? 'inventory'), path: '/stock', agent: false },
            (response) => {
              response.resume()
              resolve(response.statusCode ?? 0)
            },
          )
          .on('error', () => resolve(0))
      }),
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  }
  const ended = begun.move()
  let revision = 0
  return {
    ...plane,
    baseline: range.mesh.baseline(),
    async apply(yaml) {
      const marker = String(++revision)
      await range.mesh.apply(marked(yaml, marker), 'conformance')
      await untilMarked(plane, marker)
    },
  }
}
