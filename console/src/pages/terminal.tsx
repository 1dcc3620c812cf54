import { Terminals } from '../terminal/terminals.tsx'

/** Terminals on a page of their own. */
export function TerminalPage() {
  return (
    <>
      <div className="heading">
        <h1>Terminal</h1>
      </div>
      <div className="terminal-page">
        <Terminals />
      </div>
    </>
  )
}
