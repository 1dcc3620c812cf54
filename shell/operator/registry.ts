import { findProgram } from '../../range/binaries.ts'
import type { OperatorCommand } from './command.ts'
import { df } from './df.ts'
import { kill } from './kill.ts'
import { lsof } from './lsof.ts'
import { ps } from './ps.ts'
import { rabbitmqctl } from './rabbitmqctl.ts'
import { ss } from './ss.ts'
import { strace } from './strace.ts'

/** Commands that a trainee may run by `sudo` on the shop's host. */
export const operatorCommands: readonly OperatorCommand[] = [ps, kill, lsof, df, ss, strace, rabbitmqctl]

/** The path of each on this machine; null if it is missing. */
export const programOf = (name: string): string | null => findProgram([name], ['/usr/bin', '/bin', '/usr/sbin', '/sbin'])
