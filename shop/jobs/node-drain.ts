/**
 * Drains the node for maintenance, like the platform team: pauses the worker, which must not be interrupted in the middle of a delivery, requests an
 * eviction for each pod of an app, and resumes the worker when all have gone. An eviction that a PodDisruptionBudget forbids is retried.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { z } from 'zod'
import { messageOf } from '../kit/errors.ts'

const { EVICT, PAUSE } = z.object({ EVICT: z.string().min(1), PAUSE: z.string().min(1) }).parse(process.env)
const retryMs = 2_000
process.once('SIGTERM', () => process.exit(0))

const config = new KubeConfig()
config.loadFromCluster()
const namespace = readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8')
const core = config.makeApiClient(CoreV1Api)
const apps = config.makeApiClient(AppsV1Api)
const say = (level: 'info' | 'warn', message: string): void => {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), service: 'node-drain', message })}\n`)
}
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
const scale = (replicas: number) => apps.patchNamespacedDeploymentScale({ name: PAUSE, namespace, body: { spec: { replicas } } }, merge)

const { spec } = await apps.readNamespacedDeploymentScale({ name: PAUSE, namespace })
const before = spec?.replicas ?? 1
say('info', `${PAUSE} is paused until the node is empty`)
await scale(0)
const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${EVICT}` })
for (const { metadata } of items) if (metadata?.name) await evict(metadata.name)
say('info', `the node is empty; ${PAUSE} goes on`)
await scale(before)

async function evict(name: string): Promise<void> {
  for (;;) {
    try {
      await core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } })
      return say('info', `evicted pod ${name}`)
    } catch (error) {
      const { code, body } = error as { code?: number; body?: unknown }
      if (code === 404) return
      if (code !== 429) throw error
      say('warn', `error when evicting pod ${name} (will retry after ${retryMs / 1_000}s): ${refusal(body) ?? messageOf(error)}`)
    }
    await delay(retryMs)
  }
}

/** The API server's message. */
function refusal(body: unknown): string | undefined {
  try {
    const answer: unknown = JSON.parse(String(body))
    return typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : undefined
  } catch {
    return undefined
  }
}
