import { globSync } from 'node:fs'
import path from 'node:path'
import { openTo, othersMayRead } from '../range/private.ts'
import { shopGroup, shopUserName } from '../range/users.ts'

/** Where the answers are stored. */
const answers = ['scenarios/*/*', 'bench/recordings/*']

/** The command that denies other users access to the checkout, except to the shop's user, whose programs are there. */
export const closing = (root: string): string =>
  shopGroup() === null ? `chmod go-rx ${root}` : `chgrp ${shopUserName} ${root} && chmod 750 ${root}`

/**
 * Why an assessment on this machine may say nothing about the trainee, and what to do about it, in sentences for the instructor; empty if there is
 * nothing to warn about. A trainee with a shell as another user must not be able to read the answers or the instructor's token.
 */
export function assessmentTroubles(root: string, dir: string): string[] {
  const troubles: string[] = []
  const group = shopGroup()
  const told = answers.flatMap((pattern) => globSync(pattern, { cwd: root })).filter((file) => othersMayRead(path.join(root, file), group))
  if (told.length > 0)
    troubles.push(
      `other users of this machine may read the answers in ${root} (${told[0]}${told.length > 1 ? ` and ${told.length - 1} more` : ''}): ` +
        `run '${closing(root)}', or assess on another host`,
    )
  const open = openTo(dir, { group, most: 3 })
  if (open.length > 0)
    troubles.push(
      `other users of this machine may read what the range keeps (${open.map((file) => path.relative(dir, file) || dir).join(', ')}): ` +
        `'firedrill up' removes their access`,
    )
  return troubles
}
