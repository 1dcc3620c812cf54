/** Adds up the sales of ten years, on so many threads, or on so many processes for each core. Started by hand by the sales team. */
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { isMainThread, Worker } from 'node:worker_threads'

const threads = Number(process.env['THREADS'] ?? 4)
const perCore = Number(process.env['PROCESSES_PER_CORE'] ?? 0)
/** The maximum number of processes, however many cores there are: some 20 MB each. */
const mostProcesses = 96

// The report has no end: its author forgot the last year.
let total = 1
function addUp(): void {
  for (let sale = 0; sale < 100_000; sale++) total = (Math.imul(total, 1_664_525) + 1_013_904_223) >>> 0
}

if (!isMainThread) for (;;) addUp()
if (process.env['REGION']) region()
else {
  if (perCore > 0) {
    const regions = Math.min(perCore * availableParallelism(), mostProcesses)
    for (let index = 1; index <= regions; index++) {
      fork(import.meta.filename, { detached: true, env: { ...process.env, REGION: String(index) } })
    }
    // oxlint-disable-next-line no-new -- a worker runs once it is made
  } else for (let thread = 0; thread < threads; thread++) new Worker(new URL(import.meta.url))
  process.once('SIGTERM', () => process.exit(0))
}

/** One region, in slices, so that it ends with the report however that ends. */
function region(): void {
  process.once('disconnect', () => process.exit(0))
  const turn = () => {
    for (let product = 0; product < 50; product++) addUp()
    setImmediate(turn)
  }
  turn()
}
