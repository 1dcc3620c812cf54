import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api } from '../lib/api.ts'
import { formatDuration } from '../lib/format.ts'
import { runbookPath } from '../lib/runbook.ts'
import { Loading, Problem } from './states.tsx'

/** Every alerting rule, its query, and whether it fires. */
export function AlertRules() {
  const { data, error } = useQuery({
    queryKey: ['rules'],
    queryFn: () => api.get('/api/prometheus/rules'),
    refetchInterval: 5_000,
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the rules" />
  const rules = data.data.groups.flatMap((group) => group.rules.filter((rule) => rule.type === 'alerting'))
  return (
    <section aria-label="Alert rules">
      <h2>
        Alert rules <span className="quiet">{rules.length}</span>
      </h2>
      <ul className="rows rules">
        {rules.map((rule, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- rules may share a name, and their order is that of the files
          <li key={`${rule.name}-${index}`} className={rule.state === 'firing' ? 'bad' : ''}>
            <details>
              <summary>
                <b>{rule.name}</b>{' '}
                <span className="quiet">
                  {rule.labels['severity']} · {rule.state}
                  {rule.duration > 0 ? ` · for ${formatDuration(rule.duration)}` : ''}
                </span>
              </summary>
              <pre>{rule.query}</pre>
              {runbookPath(rule.annotations['runbook_url']) && <Link to={runbookPath(rule.annotations['runbook_url']) ?? ''}>Runbook</Link>}
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
