/** What a JSON text holds; null where it is none, as for the text `null`. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
