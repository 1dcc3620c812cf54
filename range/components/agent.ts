import { mkdir } from 'node:fs/promises'
import { defineComponent } from '../component.ts'
import { dataDir } from '../context.ts'
import { httpReady } from '../readiness/http.ts'
import { ownEnvironment } from './control.ts'
import { nodeProcess } from './node.ts'

/** On each of two hosts: the way to the other one, and on the shop's what the control plane has done there. */
export const agent = defineComponent({
  name: 'agent',
  title: 'Host agent',
  role: 'control',
  // Not where the shop's host is waited for: that listens on another address than the loopback's.
  ports: { http: 'agent' },
  calls: [],
  prepare: async (context) => void (await mkdir(dataDir(context, 'agent'), { recursive: true })),
  program: 'control/agent/main.ts',
  process: (context) =>
    nodeProcess(context, {
      program: 'control/agent/main.ts',
      heapMegabytes: 256,
      env: ownEnvironment(context),
    }),
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('agent')}/ready`),
  stop: { signal: 'SIGTERM', deadlineMs: 5_000 },
  startDeadlineMs: 30_000,
  logs: { format: 'plain' },
})
