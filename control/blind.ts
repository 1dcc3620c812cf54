import { isOpen, type DrillState } from '../model/drill.ts'

/** An assessment says something only of those who do not know what is played. */
export const mustBeBlind = ({ mode, blind = false }: { mode: DrillState['mode']; blind?: boolean }): boolean =>
  mode !== 'rehearsal' && (blind || mode === 'assessment')

/** Whether what is played is still kept from those who play. */
export const isHidden = (state: Pick<DrillState, 'blind' | 'phase'> | null): boolean => state !== null && state.blind && isOpen(state)

/** What a drill is called by those who may not know more. */
export const blindTitle = ({ number }: Pick<DrillState, 'number'>): string => `Drill ${number}`
