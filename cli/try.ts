import { openLocalRange } from '../control/wiring.ts'
import { RangeState } from '../range/targets/local/state.ts'
const dir = process.argv[3] ?? '/tmp/w/range'
new RangeState(dir).configure({})
const target = openLocalRange(dir)
if (process.argv[2] === 'up') { const t=Date.now(); await target.startAll((r) => console.log(Date.now()-t, JSON.stringify(r))) }
if (process.argv[2] === 'down') await target.stopAll((n) => console.log('stopped', n))
if (process.argv[2] === 'status') for (const s of await target.status(true)) console.log(s.name, s.state, s.healthy, s.pid, Math.round((s.memoryBytes??0)/1e6)+'MB', s.detail ?? '')
process.exit(0)
