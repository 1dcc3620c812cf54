/** Whether an alert's name matches a pattern: `*` at its end stands for any ending. */
export const fitsAlert = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
