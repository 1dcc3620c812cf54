import { Link } from 'react-router'
import type { LogLine } from '../../../model/telemetry.ts'
import { clock } from '../lib/time.ts'

/** Log lines, each open to its attributes and linked to its trace. */
export function LogLines({ lines }: { lines: LogLine[] }) {
  return (
    <ul className="logs">
      {lines.map((line, index) => (
        <li key={`${line.timeMs}-${index}`} className={`severity-${line.severity.toLowerCase()}`}>
          <details>
            <summary>
              <time>{clock(line.timeMs)}</time> <b>{line.severity}</b> <span className="service">{line.service}</span>{' '}
              {line.body.slice(0, 400)}
            </summary>
            <dl className="facts">
              {Object.entries(line.attributes).map(([key, value]) => (
                <div key={key} className="pair">
                  <dt>{key}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            {line.traceId && <Link to={`/traces/${line.traceId}${line.spanId ? `?span=${line.spanId}` : ''}`}>Open its trace</Link>}
          </details>
        </li>
      ))}
    </ul>
  )
}
