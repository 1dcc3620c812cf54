export type { Debrief } from '../../../../model/debrief.ts'
