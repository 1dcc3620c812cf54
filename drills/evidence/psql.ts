import { defineEvidence, optionValues } from './command.ts'

const changing =
  /\b(update|insert|delete|merge|truncate|alter|create|drop|grant|revoke|reindex|vacuum|cluster|comment|copy\s+\S+\s+from|pg_(terminate|cancel)_backend|pg_drop_replication_slot|pg_reload_conf|pg_promote|setval)\b/i
const terminated = /pg_terminate_backend\s*\(\s*(\d+)\s*\)/i

/** A query to PostgreSQL is a look at the database. Queries at psql's own prompt are not visible, only that there were some. */
export const psql = defineEvidence({
  id: 'psql',
  programs: ['psql'],
  read(words) {
    if (words.some((word) => /^(--version|-V|--help|-\?)$/.test(word))) return { looks: [], changes: false }
    // Combined with other options: `-Atc`.
    const last = words.flatMap((word, index) => (/^-[A-Za-z]+c$/.test(word) ? (words[index + 1] ?? []) : []))
    const sql = [...optionValues(words, '-c', '--command'), ...last].join('; ')
    const pid = terminated.exec(sql)?.[1]
    return {
      looks: [{ view: 'database', component: 'postgres', detail: 'PostgreSQL by psql', answeredBy: 'postgres' }],
      changes: changing.test(sql),
      ...(pid === undefined ? {} : { sameAs: { action: 'terminate-session', params: { pid: Number(pid) } } }),
    }
  },
})
