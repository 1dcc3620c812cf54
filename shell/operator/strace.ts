import { Refused, defineOperatorCommand, readOptions, shopPids } from './command.ts'

/** System calls of a process of the shop, without the data that is read and written, which may contain passwords and tokens. */
export const strace = defineOperatorCommand({
  program: 'strace',
  usage: 'strace -p PID [-f] [-c] [-T] [-e trace=SET]   (30 s at most)',
  plan(args, shop) {
    const { flags, values, rest } = readOptions(args, { flags: /^-(f|c|C|T|t|tt|r|q|y|yy|w)$/, valued: ['-p', '-e'] })
    if (rest.length > 0) throw new Refused('only processes that run can be traced: strace -p PID')
    const traced = shopPids(
      values.filter(([option]) => option === '-p').map(([, value]) => value),
      shop,
    )
    if (traced.length === 0) throw new Refused('name a process: strace -p PID')
    const sets = values.filter(([option]) => option === '-e').map(([, value]) => value)
    for (const one of sets) if (!/^(trace=)?!?[a-z%][a-z0-9_,%]*$/.test(one)) throw new Refused(`-e ${one} is not allowed here`)
    return {
      file: 'strace',
      args: [...flags, ...sets.flatMap((one) => ['-e', one]), '-s', '0', ...traced.flatMap((pid) => ['-p', String(pid)])],
      seconds: 30,
    }
  },
})
