/** A terminal's window: what is beyond that is somebody's mistake, or an attempt. */
export const windowLimits = { cols: [20, 400], rows: [5, 200] } as const
export interface Window {
  cols: number
  rows: number
}
