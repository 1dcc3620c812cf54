const colour = process.stdout.isTTY && !process.env['NO_COLOR']

const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
export const green = paint(32)
export const red = paint(31)
export const yellow = paint(33)
export const dim = paint(2)
export const bold = paint(1)

export const print = (line = ''): void => void process.stdout.write(`${line}\n`)
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2))

/** Columns under their names; numbers to the right. */
export function printTable(rows: readonly Record<string, unknown>[], columns = Object.keys(rows[0] ?? {})): void {
  const text = (value: unknown) =>
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)))
  print(
    columns
      .map((column, index) => bold(column.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  for (const row of rows) {
    print(
      columns
        .map((column, index) => {
          const width = widths[index] ?? 0
          return typeof row[column] === 'number' ? text(row[column]).padStart(width) : text(row[column]).padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
  }
}
