import { Link } from 'react-router'
import type { LogLine } from '../../../model/telemetry.ts'
import { serviceColour } from '../lib/service-colour.ts'
import { clock } from '../lib/time.ts'

const aroundMs = 15_000

/** Log lines, each open to its attributes and linked to its trace and to what was said around it. */
export function LogLines({ lines }: { lines: LogLine[] }) {
  return (
    <ul className="logs">
      {lines.map((line, index) => (
        <li key={`${line.timeMs}-${index}`} className={`severity-${line.severity.toLowerCase()}`}>
          <details>
            <summary>
              <time>{clock(line.timeMs)}</time> <b className="severity">{line.severity}</b>{' '}
              <span className="log-service">
                <i className="swatch" style={{ background: serviceColour(line.service) }} />
                {line.service}
              </span>{' '}
              <span className="log-body">{line.body.slice(0, 400)}</span>
            </summary>
            <dl className="facts">
              {Object.entries(line.attributes).map(([key, value]) => (
                <div key={key} className="pair">
                  <dt>{key}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            <p className="buttons">
              {line.traceId && <Link to={`/traces/${line.traceId}${line.spanId ? `?span=${line.spanId}` : ''}`}>Open its trace</Link>}
              <Link to={`/logs?from=${line.timeMs - aroundMs}&to=${line.timeMs + aroundMs}&service=${line.service}`}>
                What {line.service} said around it
              </Link>
              <Link to={`/logs?from=${line.timeMs - aroundMs}&to=${line.timeMs + aroundMs}`}>What all said around it</Link>
            </p>
          </details>
        </li>
      ))}
    </ul>
  )
}
