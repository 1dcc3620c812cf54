/** Headers that say who the customer is. Each service passes them on to those that need them. */
const passedOn = ['x-visitor', 'x-member']

type Headers = Readonly<Record<string, unknown>>

/** The customer, to be passed on with a call. */
export const visitorHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    passedOn.flatMap((name) => {
      const given = headers[name]
      return typeof given === 'string' ? [[name, given]] : []
    }),
  )

/** The customer, as flags know them: shares are drawn by the visitor's id, and rules may ask for the level of membership. */
export function flagContextOf(headers: Headers): { targetingKey: string; member: string } {
  const { 'x-visitor': visitor = '', 'x-member': member = 'none' } = visitorHeaders(headers)
  return { targetingKey: visitor, member }
}
