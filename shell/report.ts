/** A shell's report about a command that has ended. */
export interface Report {
  command: string
  /** Exit status, as in the shell. */
  status: number
  /** The folder afterwards. */
  folder: string
}

const longestCommand = 500

/** Parses the report of the jail's bash: status, folder and command, separated by NUL; null for anything else. */
export function readReport(text: string): Report | null {
  const [status = '', folder, command, ...rest] = text.split('\0')
  if (!/^\d{1,3}$/.test(status) || !folder || !command || rest.length > 0) return null
  return { status: Number(status), folder: plain(folder, 200), command: plain(command, longestCommand) }
}

/** On one line, and without characters that control a terminal. */
const plain = (text: string, most = longestCommand): string =>
  text
    .replaceAll(/\s*\n\s*/g, ' ⏎ ')
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .trim()
    .slice(0, most)
