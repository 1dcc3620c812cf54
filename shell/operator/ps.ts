import { Refused, defineOperatorCommand, readOptions, shopPids } from './command.ts'

const columns = /^[a-z%][a-z_%]*(:\d+)?(=[\w %]*)?(,[a-z%][a-z_%]*(:\d+)?(=[\w %]*)?)*$/
const valued = ['-p', '--pid', '-o', '--format', '--sort', 'k'] as const

/** `-eo pid` is `-e -o pid`, and `axo pid` is `ax -o pid`. */
const apart = (word: string): string[] => {
  const [, first, last] = /^(-[AaedfFlLTwHjy]+|[auxfwlj]+)([op])$/.exec(word) ?? []
  return first && last ? [first, `-${last}`] : [word]
}

/** All processes of the shop, whichever user they run as. Environments are not shown, because they contain passwords. */
export const ps = defineOperatorCommand({
  program: 'ps',
  usage: 'ps aux | ps -ef [--forest] [-o COLUMNS] [--sort COLUMN] [-p PID]',
  plan(args, shop) {
    const { flags, values, rest } = readOptions(args.flatMap(apart), {
      flags: /^(-[AaedfFlLTwHjy]+|--forest|--no-headers|[auxfwlj]+)$/,
      valued,
    })
    if (rest.length > 0)
      throw new Refused(/^[a-z]*e[a-z]*$/.test(rest[0] ?? '') ? 'environments are not shown here' : `${rest[0]} is not understood`)
    const named = values.filter(([option]) => option === '-p' || option === '--pid').map(([, value]) => value)
    const shown = named.length > 0 ? shopPids(named, shop) : shop.pids
    const format = values.flatMap(([option, value]) => {
      if (option === '-p' || option === '--pid') return []
      if (!(option === '-o' || option === '--format' ? columns : /^[+-]?[\w%,+-]+$/).test(value) || /env/.test(value))
        throw new Refused(`${value} is not shown here`)
      return option === '--sort' || option === 'k' ? ['--sort', value] : ['-o', value]
    })
    // Processes are selected by their numbers.
    const kept = flags.flatMap((flag) => {
      if (flag.startsWith('--')) return [flag]
      const letters = flag.startsWith('-') ? flag.slice(1).replaceAll(/[Aaed]/g, '') : flag.replaceAll(/[ax]/g, '')
      return letters === '' ? [] : [flag.startsWith('-') ? `-${letters}` : letters]
    })
    return { file: 'ps', args: [...kept, ...format, '-p', shown.length > 0 ? shown.join(',') : '0'], seconds: 10 }
  },
})
