import { readFileSync } from 'node:fs'

/** Of each line of a file of a bundle, two numbers: which source, -1 for none; and the line there. */
export interface Lines {
  sources: string[]
  table: Int32Array
}

/** Beside each file of a bundle. */
export const tableOf = (file: string): string => `${file}.lines`

/** Sources as a line of JSON, and the table after it in this machine's byte order. */
export const packLines = ({ sources, table }: Lines): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(sources)}\n`), Buffer.from(table.buffer, table.byteOffset, table.byteLength)])

/** Null when there is no table, as for a bundle that was removed. */
export function readLines(file: string): Lines | null {
  try {
    const packed = readFileSync(tableOf(file))
    const end = packed.indexOf('\n')
    // A copy: numbers of four bytes are read only where their place is a multiple of that.
    return {
      sources: JSON.parse(packed.toString('utf8', 0, end)) as string[],
      table: new Int32Array(Uint8Array.from(packed.subarray(end + 1)).buffer),
    }
  } catch {
    return null
  }
}
