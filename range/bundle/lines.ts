import { readFileSync } from 'node:fs'

/** Two numbers for each line of a bundle's file: the index of the source, -1 for none; and the line in it. */
export interface Lines {
  sources: string[]
  table: Int32Array
}

/** Suffix of the table beside each file of a bundle. */
export const tableOf = (file: string): string => `${file}.lines`

/** The sources as a line of JSON, followed by the table in this machine's byte order. */
export const packLines = ({ sources, table }: Lines): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(sources)}\n`), Buffer.from(table.buffer, table.byteOffset, table.byteLength)])

/** Null without a table, such as for a bundle that was removed. */
export function readLines(file: string): Lines | null {
  try {
    const packed = readFileSync(tableOf(file))
    const end = packed.indexOf('\n')
    // A copy, because 32-bit numbers can be read only at aligned offsets.
    return {
      sources: JSON.parse(packed.toString('utf8', 0, end)) as string[],
      table: new Int32Array(Uint8Array.from(packed.subarray(end + 1)).buffer),
    }
  } catch {
    return null
  }
}
