import { handoverFields, handoverTitles, type HandoverNote } from '../../model/handover.ts'
import type { ApiClient } from '../../model/client.ts'
import type { CommonOptions } from '../options.ts'
import { bold, dim, print, printJson } from '../output.ts'

export type HandoverOptions = CommonOptions & Partial<HandoverNote>

/** Writes a note if one of its parts was given, otherwise shows the newest. */
export async function handOver(
  client: ApiClient,
  drill: string,
  options: Partial<HandoverNote> & Pick<CommonOptions, 'json'>,
): Promise<void> {
  const given = handoverFields.filter((name) => options[name] !== undefined)
  if (given.length > 0) {
    await client.post('/api/drills/:id/handovers', { id: drill, body: Object.fromEntries(given.map((name) => [name, options[name]])) })
    const said = 'written: people who join later read it first'
    return options.json ? printJson({ ok: true, message: said }) : print(said)
  }
  const listed = await client.get('/api/drills/:id/handovers', { id: drill })
  if (options.json) return printJson(listed)
  const [newest, ...older] = listed.handovers
  if (!newest) return print('nobody has written a handover note yet')
  print(dim(`${newest.by ? `${newest.by.name}, ` : ''}${new Date(newest.at).toISOString().slice(11, 16)} UTC`))
  for (const name of handoverFields) if (newest[name] !== '') print(`${bold(handoverTitles[name].title)}: ${newest[name]}`)
  if (older.length > 0) print(dim(`${older.length} older: 'firedrill drill handover --json' has them all`))
}
