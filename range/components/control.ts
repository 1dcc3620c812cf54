import path from 'node:path'
import { supervisedNames } from '../../model/components.ts'
import { defineComponent, gentle } from '../component.ts'
import type { RangeContext } from '../context.ts'
import { httpReady } from '../readiness/http.ts'
import { processReady } from '../readiness/process.ts'
import { nodeProcess } from './node.ts'

/** Environment by which the training system's programs find the range, and what `setup` has installed. */
export const ownEnvironment = ({ dir }: RangeContext): Record<string, string> => ({
  FIREDRILL_DIR: dir,
  FIREDRILL_CACHE: process.env['FIREDRILL_CACHE'] ?? '',
})

/** Serves the console and the API, and runs the drills. It starts none of the range's components: they outlive it. */
export const control = defineComponent({
  name: 'control',
  title: 'Control plane',
  role: 'control',
  ports: { http: 'control' },
  calls: ['prometheus', 'alertmanager', 'telemetry-store', 'locust'],
  program: 'control/main.ts',
  process: (context) => nodeProcess(context, { program: 'control/main.ts', heapMegabytes: 384, env: ownEnvironment(context) }),
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('control')}/health`),
  stop: gentle,
  startDeadlineMs: 60_000,
  metrics: { port: 'control', path: '/metrics' },
  logs: { format: 'plain' },
})

/** Holds the lease on every fault: reverts faults when the control plane is down or a deadline has passed. */
export const reaper = defineComponent({
  name: 'reaper',
  title: 'Reaper',
  role: 'control',
  ports: {},
  calls: ['control'],
  program: 'control/reaper/main.ts',
  process: (context) =>
    nodeProcess(context, {
      program: 'control/reaper/main.ts',
      heapMegabytes: 96,
      env: ownEnvironment(context),
    }),
  readiness: () => processReady,
  stop: { signal: 'SIGTERM', deadlineMs: 5_000 },
  startDeadlineMs: 20_000,
  logs: { format: 'plain' },
})

/** Restarts components that drills need but are not about. */
export const supervisor = defineComponent({
  name: 'supervisor',
  title: 'Supervisor',
  role: 'control',
  ports: {},
  calls: [],
  process: (context) => ({
    file: '/bin/sh',
    args: [
      path.join(context.root, 'control', 'supervisor', 'watch.sh'),
      path.join(context.dir, 'run'),
      context.binaries.node,
      path.join(context.root, 'control', 'supervisor', 'revive.ts'),
      ...supervisedNames,
    ],
    cwd: context.root,
    env: { FIREDRILL_DIR: context.dir, FIREDRILL_CACHE: process.env['FIREDRILL_CACHE'] ?? '' },
  }),
  readiness: () => processReady,
  stop: { signal: 'SIGTERM', deadlineMs: 2_000 },
  startDeadlineMs: 20_000,
  logs: { format: 'plain' },
})
