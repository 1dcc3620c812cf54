import { isOpen, type DrillState } from '../model/drill.ts'

/** An assessment is meaningful only if trainees do not know what is played. */
export const mustBeBlind = ({ mode, blind = false }: { mode: DrillState['mode']; blind?: boolean }): boolean =>
  mode !== 'rehearsal' && (blind || mode === 'assessment')

/** Whether trainees must not know yet what is played. */
export const isHidden = (state: Pick<DrillState, 'blind' | 'phase'> | null): boolean => state !== null && state.blind && isOpen(state)

/** The name of a drill for those who may not know more. */
export const blindTitle = ({ number }: Pick<DrillState, 'number'>): string => `Drill ${number}`
