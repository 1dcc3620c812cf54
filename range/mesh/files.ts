import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import type { ServiceName } from '../../model/components.ts'
import type { RangeContext } from '../context.ts'
import { readPolicy } from './policy-reader.ts'
import { translate, type ConfigFile } from './envoy/proxy.ts'
import { putForShop } from '../shop-file.ts'
import { meshDir } from './proxy-folder.ts'
import { hasRuntime, runtimeContent, runtimeFile } from './envoy/runtime.ts'

const digest = (content: unknown): string => createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)

/** The fields that are read back from a proxy's files. */
const bootstrap = z.object({ node: z.object({ id: z.string() }) })
const clusterFile = z.object({ resources: z.array(z.record(z.string(), z.unknown())) })

/** The policy of a fresh range: the files in `range/mesh/policy`, which a real Istio accepts unchanged. */
export function baselinePolicy(root: string): string {
  const folder = path.join(root, 'range', 'mesh', 'policy')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trimEnd())
    .join('\n---\n')
    .concat('\n')
}

/** The configuration of one proxy. Throws `bad-request` for a policy that is not supported. */
export const proxyFiles = (context: RangeContext, service: ServiceName) =>
  translate(context, service, readPolicy(context.mesh().policy), digest)

/** An id of a proxy that changes with each start. */
export function instanceOf(context: RangeContext, service: ServiceName): string {
  const file = path.join(meshDir(context, service), 'bootstrap.json')
  try {
    return bootstrap.parse(JSON.parse(readFileSync(file, 'utf8'))).node.id
  } catch (error) {
    throw new FiredrillError('component-unreachable', `the proxy of ${service} was never started`, { cause: error })
  }
}

/** Writes the files with which a stopped proxy will start. */
export function writeProxyFiles(context: RangeContext, service: ServiceName): void {
  const { clusters, listeners, routes } = proxyFiles(context, service)
  for (const file of [clusters, listeners, ...routes]) write(context, service, file)
  if (hasRuntime(service)) write(context, service, { file: runtimeFile, content: runtimeContent(context.mesh()) })
}

/** Replaces a file if its content differs. Returns whether it did. */
export function write(context: RangeContext, service: ServiceName, { file, content }: Pick<ConfigFile, 'file' | 'content'>): boolean {
  const folder = meshDir(context, service)
  const target = path.join(folder, file)
  const text = JSON.stringify(content)
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return false
  putForShop(folder, file, text)
  return true
}

/** The clusters that a proxy has now, by name. */
export function writtenClusters(context: RangeContext, service: ServiceName): Record<string, unknown>[] {
  try {
    return clusterFile.parse(JSON.parse(readFileSync(path.join(meshDir(context, service), 'cds.json'), 'utf8'))).resources
  } catch (error) {
    throw new FiredrillError('internal', `the configuration of the proxy of ${service} cannot be read`, { cause: error })
  }
}
