import { randomUUID } from 'node:crypto'
import { Job } from 'kubernetes-models/batch/v1/Job'
import type { Range } from '../../../model/range.ts'
import { jobEnvironment } from '../../components/service.ts'
import { namespace } from './names.ts'
import { environment, labels, maintenance, pod, restricted } from './pod.ts'
import type { ClusterShopOptions } from './context.ts'
import type { Rollouts } from './rollouts.ts'

/** Jobs that act on the cluster itself. */
const maintenanceJobs: ReadonlySet<string> = new Set(['node-drain'])

/** Jobs of the shop as Kubernetes Jobs. */
export function clusterJobs({ cluster, images }: Pick<ClusterShopOptions, 'cluster' | 'images'>, { described }: Rollouts): Range['jobs'] {
  return {
    async start(name, params) {
      const id = `${name}-${randomUUID().slice(0, 8)}`
      const inCluster = described()
      const template = pod({
        name: 'agent',
        ...(maintenanceJobs.has(name) ? { account: maintenance, token: true } : {}),
        containers: [
          {
            name: 'job',
            image: images.shop,
            imagePullPolicy: 'IfNotPresent',
            command: [inCluster.binaries.node, `/app/shop/jobs/${name}.ts`],
            env: environment(jobEnvironment(inCluster, name, params)),
            securityContext: restricted,
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
          },
        ],
      })
      const job = new Job({
        metadata: { name: id, namespace, labels: labels('agent') },
        spec: {
          backoffLimit: 0,
          ttlSecondsAfterFinished: 60,
          template: {
            ...template,
            metadata: { ...template.metadata, labels: { app: 'job' } },
            ...(template.spec ? { spec: { ...template.spec, restartPolicy: 'Never' as const, terminationGracePeriodSeconds: 2 } } : {}),
          },
        },
      })
      job.validate()
      await cluster.createJob(job.toJSON() as object)
      return id
    },
    stop: (id) => cluster.deleteJob(id),
    running: () => cluster.activeJobs(),
  }
}
