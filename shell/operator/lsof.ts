import { Refused, defineOperatorCommand, readOptions, shopPids } from './command.ts'

/** Open files of the shop's processes; `+L1` shows deleted files that are still open. */
export const lsof = defineOperatorCommand({
  program: 'lsof',
  usage: 'lsof [-p PID] [-i [:PORT]] [+L1] [-nP]',
  plan(args, shop) {
    const { flags, values, rest } = readOptions(args, { flags: /^(-[nPaltRUN]+|\+L1?|-i|-iTCP|-iUDP)$/, valued: ['-p', '-i', '-s'] })
    const ports = values.filter(([option]) => option === '-i').map(([, value]) => value)
    // `-i :5432` is two words, of which the second is separate.
    const spec = [...ports, ...rest]
    if (spec.length > 0 && !flags.some((flag) => flag.startsWith('-i')) && ports.length === 0)
      throw new Refused(`${rest[0]} is not understood`)
    for (const one of spec) if (!/^(tcp|udp)?(@[\w.]+)?(:[\w,-]+)?$/i.test(one)) throw new Refused(`${one} is not understood`)
    const states = values.filter(([option]) => option === '-s').map(([, value]) => value)
    for (const one of states) if (!/^(tcp|udp):\^?\w+(,\^?\w+)*$/i.test(one)) throw new Refused(`-s ${one} is not understood`)
    const named = values.filter(([option]) => option === '-p').map(([, value]) => value)
    const pids = named.length > 0 ? shopPids(named, shop) : shop.pids
    return {
      file: 'lsof',
      args: [
        '-w',
        '-a',
        '-p',
        pids.length > 0 ? pids.join(',') : '0',
        ...flags.filter((flag) => flag !== '-i' || spec.length === 0),
        ...spec.map((one) => `-i${one}`),
        ...states.map((one) => `-s${one}`),
      ],
      seconds: 20,
    }
  },
})
