import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface Runbook {
  id: string
  title: string
  /** Markdown. */
  text: string
}

const folder = path.join(import.meta.dirname, '..', 'docs', 'runbooks')

/** The runbooks that alerts link to, by name: `docs/runbooks/NAME.md`, with the first heading as the title. */
export function runbooks(): Map<string, Runbook> {
  return new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .map((file) => {
        const text = readFileSync(path.join(folder, file), 'utf8')
        const id = file.slice(0, -'.md'.length)
        return [id, { id, title: /^# (.+)$/m.exec(text)?.[1] ?? id, text }]
      }),
  )
}
