/** Restarts supervised components of this host that exited unexpectedly; run by `watch.sh` when nothing else has restarted them. */
import { supervisedNames } from '../../model/components.ts'
import { describeError } from '../../model/errors.ts'
import { openLocalRange } from '../wiring.ts'

const dir = process.env['FIREDRILL_DIR']
if (!dir) throw new Error('FIREDRILL_DIR is not set: the supervisor is started by firedrill up')
const target = openLocalRange(dir)
const watched = target.components.filter(({ name }) => supervisedNames.includes(name))
let failed = false

await Promise.all(
  watched.map(({ name }) =>
    target.revive(name).then(
      (revived) => void (revived && process.stdout.write(`${name} was gone: started again\n`)),
      (error: unknown) => {
        failed = true
        process.stderr.write(`${name} could not be started: ${describeError(error)}\n`)
      },
    ),
  ),
)
process.exit(failed ? 1 : 0)
