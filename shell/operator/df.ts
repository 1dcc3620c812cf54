import { Refused, defineOperatorCommand, readOptions } from './command.ts'

/** Space on the disk that the data stores have their files on, and on the volumes that they have beside it. */
export const df = defineOperatorCommand({
  program: 'df',
  usage: 'df [-h] [-i] [-k] [-T]',
  plan(args, { disks }) {
    const { flags, rest } = readOptions(args, { flags: /^-[hikT]+$/, valued: [] })
    if (rest.length > 0) throw new Refused(`${rest[0]} cannot be named here: all disks of the data stores are shown`)
    return { file: 'df', args: [...flags, '--', ...disks], seconds: 10 }
  },
})
