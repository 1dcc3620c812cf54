import { mkdir } from 'node:fs/promises'
import { defineComponent } from '../component.ts'
import { dataDir } from '../context.ts'
import { httpReady } from '../readiness/http.ts'
import { ownEnvironment } from './control.ts'
import { nodeProcess } from './node.ts'

/** Runs on each of two hosts: the connection to the other one, and on the shop's host also the control plane's operations. */
export const agent = defineComponent({
  name: 'agent',
  title: 'Host agent',
  role: 'control',
  // Except where it waits for the shop's host: there it listens on another address than the loopback's.
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
