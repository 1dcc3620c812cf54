import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import type { ManifestEdit } from '../../model/range.ts'
import { clusterOf, eagerRollout, inOrder, manifestUndo } from '../cluster-edit.ts'

const params = z.object({
  one: serviceName.describe('Service that waits for the other'),
  other: serviceName.describe('Service that waits for the first'),
})

/** Only after a while, because the pods that are to be replaced still answer at first; a refusal counts as an answer, too. */
const waitFor = (name: string) =>
  `const ask = () => fetch('http://${name}:8080/health').then(({ status }) => status < 500, () => false)
const wait = async () => { await new Promise((go) => setTimeout(go, 5000)); if (await ask()) return; console.log('waiting for ${name}'); await wait() }
wait()`

/** Pods of a service that do not start before those of another answer. */
const startsAfter = (service: ManifestEdit['name'], other: string, image: string): ManifestEdit => ({
  kind: 'Deployment',
  name: service,
  patch: {
    spec: {
      ...eagerRollout,
      template: {
        spec: {
          initContainers: [
            {
              name: `wait-for-${other}`,
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['/usr/local/bin/node', '-e', waitFor(other)],
              resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '96Mi' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
            },
          ],
        },
      },
    },
  },
})

/** Two services each wait for the other before they start. While one of them ran, nobody noticed; now both have to start. */
export const clusterInitCycle = defineFault({
  id: 'cluster-init-cycle',
  title: 'Two services that wait for each other to start',
  effect: 'Neither of two services starts: an init container of each waits for the other',
  category: 'cluster',
  params,
  needs: () => ['cluster'],
  plan: async (_context, { one, other }) =>
    inOrder([
      { kind: 'Deployment', name: one },
      { kind: 'Deployment', name: other },
    ]),
  async inject({ range }, { one, other }) {
    const cluster = clusterOf(range)
    const image = (await cluster.describe(one)).find(({ field }) => field === `${one}: image`)?.value ?? 'firedrill/shop'
    for (const edit of [startsAfter(one, other, image), startsAfter(other, one, image)]) await cluster.edit(edit)
  },
  ...manifestUndo,
})
