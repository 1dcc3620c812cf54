import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

/** Tokens and passwords of a range, by what they are. */
export const credentialsOf = ({ tokens, passwords }: Record<'tokens' | 'passwords', Record<string, string>>): Map<string, string> =>
  new Map([
    ...Object.entries(tokens).map(([role, token]): [string, string] => [`the token of the ${role}`, token]),
    ...Object.entries(passwords).map(([store, password]): [string, string] => [`the password of ${store}`, password]),
  ])

/** Which of these texts, by name, contain a credential; the result does not contain it itself. */
export const holdersOf = (texts: Iterable<readonly [string, string]>, credentials: ReadonlyMap<string, string>): string[] =>
  [...texts].flatMap(([place, text]) => [...credentials].flatMap(([what, value]) => (text.includes(value) ? [`${place}: ${what}`] : [])))

/** Every plain file in a folder, at any depth. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

/** `access` first: opening each takes a process. */
const tries = 'while IFS= read -r file; do if [ -r "$file" ] && (: <"$file") 2>/dev/null; then printf "%s\\n" "$file"; fi; done'

const nobody = { uid: 65_534, gid: 65_534 }

/**
 * Which of these files another user of this machine can open: `nobody`, without groups, or the named one. Files are given by name, because a folder
 * that cannot be listed may still be passed through. Null if it cannot be tried: only root can become another user.
 */
export function openedBy(files: readonly string[], { uid, gid } = nobody): string[] | null {
  if (process.getuid?.() !== 0) return null
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  const { status, stdout, stderr, error } = spawnSync('setpriv', [...identity, '/bin/sh', '-c', tries], {
    input: files.map((file) => `${file}\n`).join(''),
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`setpriv: ${error?.message ?? stderr}`)
  return stdout.split('\n').filter((line) => line !== '')
}
