import { constants } from 'node:os'
import { Refused, defineOperatorCommand, shopPids } from './command.ts'

const names = Object.keys(constants.signals).map((name) => name.slice(3))

function signalOf(text: string): string {
  const name = text.toUpperCase().replace(/^SIG/, '')
  const known = names.includes(name) ? name : names.find((one) => String(constants.signals[`SIG${one}` as NodeJS.Signals]) === text)
  if (known === undefined) throw new Refused(`${text} is no signal`)
  return known
}

/** Sends a signal to processes of the shop. */
export const kill = defineOperatorCommand({
  program: 'kill',
  usage: 'kill [-SIGNAL] PID...',
  plan(args, shop) {
    const words = [...args]
    const first = words[0] ?? ''
    let signal = 'TERM'
    if (first === '-s') {
      signal = signalOf(words[1] ?? '')
      words.splice(0, 2)
    } else if (/^-\w+$/.test(first)) {
      signal = signalOf(first.slice(1))
      words.shift()
    }
    if (words[0] === '--') words.shift()
    if (words.length === 0) throw new Refused('name a process: kill [-SIGNAL] PID...')
    return { file: 'kill', args: [`-${signal}`, '--', ...shopPids(words, shop).map(String)], seconds: 5 }
  },
})
