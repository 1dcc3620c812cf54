/** Limits of a terminal's window size: anything beyond is a mistake, or an attack. */
export const windowLimits = { cols: [20, 400], rows: [5, 200] } as const
export interface Window {
  cols: number
  rows: number
}
