import { elapsed } from '../../../../model/duration.ts'
import type { Debrief } from './debrief.ts'

/** The parts of the score: the time of each milestone, and its points. */
export function ScoreTable({ lines }: { lines: Debrief['score']['lines'] }) {
  return (
    <section className="box" aria-label="Score">
      <table className="score-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">You</th>
            <th scope="col">Par</th>
            <th scope="col">Points</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.what}>
              <th scope="row">{line.what}</th>
              <td>{line.tookMs === null ? '–' : elapsed(line.tookMs)}</td>
              <td>{line.parMs === null ? '–' : elapsed(line.parMs)}</td>
              <td>{line.of > 0 ? `${line.points} of ${line.of}` : line.points}</td>
              <td>{line.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
