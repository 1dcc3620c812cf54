import { spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { escapeMarkup } from '../model/markup.ts'

/** Time for a browser, which may have to be started first, to read the page. */
const keptSeconds = 60

/** Opens the page, and deletes it when the browser has had time to read it. */
const script = `"$1" "$2"; sleep ${keptSeconds}; rm -f "$2"`

/**
 * Opens a link with a token in the desktop's browser. Every user of a machine can read the arguments of all programs, so the browser gets the path of
 * a page in the range's folder, which only its owner can read, and which redirects to the link.
 */
export function browse(url: string, dir: string): void {
  const page = path.join(path.resolve(dir), `login-${process.pid}.html`)
  try {
    writeFileSync(page, leadingTo(url), { mode: 0o600 })
    // A file that an earlier process with the same pid has left would keep its mode.
    chmodSync(page, 0o600)
  } catch {
    // The link is printed as well.
    return
  }
  spawn('/bin/sh', ['-c', script, 'sh', process.platform === 'darwin' ? 'open' : 'xdg-open', page], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref()
}

function leadingTo(url: string): string {
  const escaped = escapeMarkup(url)
  return `<!DOCTYPE HTML>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${escaped}">
<title>Firedrill</title>
<a href="${escaped}">Log in to Firedrill</a>
`
}
