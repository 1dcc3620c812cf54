/** A control plane to be killed: opens a terminal and a shell without one, detaches a process in both, and reports it. */
import { Jailed } from './jailed.ts'

const [dir = '', word = ''] = process.argv.slice(2)
const jailed = new Jailed({ dir })
const detach = `(setsid nohup perl -e 'sleep 1000' ${word} >/dev/null 2>&1 &)`
const { session } = await jailed.shells.open(jailed.owner, { cols: 80, rows: 24 })
session.type(Buffer.from(`${detach}; echo 'de''tached'\r`))
await jailed.run(`${detach}; sleep 0.2`)
let seen = ''
await new Promise<void>((resolve) => {
  session.watch(
    {
      name: 'somebody',
      print: (bytes) => /[\r\n]detached/.test((seen += bytes.toString())) && resolve(),
      skip() {},
      buffered: () => 0,
      keyboard() {},
      ended: () => {},
    },
    0,
  )
})
process.stdout.write('both run\n')
setInterval(() => {}, 1_000)
