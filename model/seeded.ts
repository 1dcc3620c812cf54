/** What a seed and a text always give: a whole number from 0 to 2³² - 1, by FNV-1a. Texts that differ a little may be close to each other. */
export function hashOf(seed: number, text: string): number {
  let hash = seed >>> 0
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93) >>> 0
  return hash
}

/** Numbers in [0, 1), the same ones from the same seed each time: mulberry32, by Tommy Ettinger. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
