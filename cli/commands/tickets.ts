import { formatDurationMs } from '../../model/duration.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { ApiClient } from '../../model/client.ts'
import type { CommonOptions } from '../options.ts'
import { bold, dim, print, printJson, printTable } from '../output.ts'
import type { TicketTemplateId } from '../../model/tickets.ts'

export interface TicketOptions extends CommonOptions {
  answer?: TicketTemplateId
  link?: boolean
  close?: boolean
}

/** Throws `bad-request` for an invalid ticket number. */
export const ticketNumbers = (given: readonly string[]): number[] =>
  given.map((text) => {
    if (!/^[1-9]\d*$/.test(text))
      throw new FiredrillError('bad-request', `'${text}' is not the number of a ticket: 'firedrill drill tickets' lists them`)
    return Number(text)
  })

export async function handleTickets(
  client: ApiClient,
  id: string,
  numbers: number[],
  { answer, link, close, json }: Pick<TicketOptions, 'answer' | 'link' | 'close' | 'json'>,
): Promise<void> {
  if (answer !== undefined) await client.post('/api/drills/:id/tickets/answer', { id, body: { numbers, template: answer } })
  if (link) await client.post('/api/drills/:id/tickets/link', { id, body: { numbers } })
  if (close) await client.post('/api/drills/:id/tickets/close', { id, body: { numbers } })
  const did = [...(answer === undefined ? [] : ['answered']), ...(link ? ['linked'] : []), ...(close ? ['closed'] : [])]
  const said = `${numbers.length === 1 ? 'ticket' : 'tickets'} ${numbers.join(', ')}: ${did.join(', ')}`
  if (json) printJson({ ok: true, message: said })
  else print(said)
}

export async function listTickets(client: ApiClient, id: string, { json }: Pick<TicketOptions, 'json'>): Promise<void> {
  const listed = await client.get('/api/drills/:id/tickets', { id })
  if (json) return printJson(listed)
  if (listed.tickets.length === 0) return print('no customer has written yet')
  printTable(listed.groups.map(({ title, journey, numbers, open }) => ({ what: title, journey, tickets: numbers.length, open })))
  for (const ticket of listed.tickets) {
    const state = [
      ticket.closedAt === null ? 'open' : 'closed',
      ...(ticket.answers.length > 0 ? ['answered'] : []),
      ...(ticket.linked ? ['linked'] : []),
    ]
    const sent = new Date(ticket.requestAt).toISOString().slice(11, 19)
    print(`${bold(`#${ticket.number}`)} ${ticket.translation ?? ticket.text} ${dim(`(${state.join(', ')})`)}`)
    if (ticket.translation !== null) print(`  ${dim(`${ticket.language}: ${ticket.text}`)}`)
    print(`  ${dim(`customer ${ticket.customer}, at ${sent} UTC, waited ${formatDurationMs(ticket.durationMs)}, trace ${ticket.trace}`)}`)
    if (ticket.row !== null) print(`  ${dim(ticket.row)}`)
  }
}
