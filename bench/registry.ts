import type { Benchmark } from './benchmark.ts'
import { chaosBenchmark } from './chaos.ts'
import { cheatsBenchmark } from './cheats.ts'
import { cliBenchmark } from './cli.ts'
import { coachBenchmark } from './coach.ts'
import { coachLeakBenchmark } from './coach-leak.ts'
import { consoleBenchmark } from './console.ts'
import { controlKillBenchmark } from './control-kill.ts'
import { drillsBenchmark } from './drills.ts'
import { exemplarsBenchmark } from './exemplars.ts'
import { floodBenchmark } from './flood.ts'
import { hostsBenchmark } from './hosts.ts'
import { incidentBenchmark } from './incident.ts'
import { interactionsBenchmark } from './interactions.ts'
import { isolationBenchmark } from './isolation.ts'
import { kubernetesBenchmark } from './kubernetes.ts'
import { loadBenchmark } from './load.ts'
import { meshBenchmark } from './mesh.ts'
import { pageBenchmark } from './page.ts'
import { poisonBenchmark } from './poison.ts'
import { precedenceBenchmark } from './precedence.ts'
import { rangeBenchmark } from './range.ts'
import { shellBenchmark } from './shell.ts'
import { storeBenchmark } from './store.ts'
import { ticketsBenchmark } from './tickets.ts'
import { traceBenchmark } from './trace.ts'
import { upBenchmark } from './up.ts'
import { verifyBenchmark } from './verify.ts'

export const benchmarks: readonly Benchmark[] = [
  upBenchmark,
  traceBenchmark,
  exemplarsBenchmark,
  pageBenchmark,
  verifyBenchmark,
  controlKillBenchmark,
  cheatsBenchmark,
  chaosBenchmark,
  cliBenchmark,
  coachBenchmark,
  coachLeakBenchmark,
  ticketsBenchmark,
  rangeBenchmark,
  consoleBenchmark,
  interactionsBenchmark,
  shellBenchmark,
  storeBenchmark,
  incidentBenchmark,
  floodBenchmark,
  poisonBenchmark,
  meshBenchmark,
  loadBenchmark,
  drillsBenchmark,
  precedenceBenchmark,
  hostsBenchmark,
  isolationBenchmark,
  kubernetesBenchmark,
]
