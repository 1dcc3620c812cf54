import { Refused, defineOperatorCommand, type ShopSeen } from './command.ts'

/** Sockets of the shop, with their processes. */
export const ss = defineOperatorCommand({
  program: 'ss',
  usage: 'ss -tnp | ss -ltnp [FILTER, as in: state established dport = :5432]',
  plan(args, shop) {
    const flags: string[] = []
    const filter: string[] = []
    for (const word of args) {
      if (/^-[talnpemioH4r]+$/.test(word) && filter.length === 0) flags.push(word)
      else if (word.startsWith('-')) throw new Refused(`${word} is not allowed here`)
      else if (/^[\w:.*=<>!()/ ]+$/.test(word)) filter.push(word)
      else throw new Refused(`${word} is not understood`)
    }
    const asked = flags.join('')
    const header = !asked.includes('H')
    // Always with processes, which identify the shop's sockets, and each in one line.
    return {
      file: 'ss',
      args: ['-t', '-p', '-O', ...flags, ...filter],
      line: (text, index) =>
        header && index === 0 ? text : ofShop(text, shop) ? (asked.includes('p') ? text : text.replace(/\s*users:\(.*?\)\)/, '')) : null,
      seconds: 10,
    }
  },
})

function ofShop(line: string, { pids, ports }: ShopSeen): boolean {
  const owners = [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid))
  if (owners.length > 0) return owners.every((pid) => pids.includes(pid))
  // A socket in TIME-WAIT belongs to no process any more.
  return [...line.matchAll(/:(\d+)(?=\s|$)/g)].some(([, port]) => ports.has(Number(port)))
}
