/** Where the shop is in a cluster. */
export const namespace = 'shop'
/** Whose rights a terminal has at the API server. */
export const onCallAccount = 'on-call'
/** By this name a refusal of the guard is known. */
export const onCallGuard = 'firedrill-on-call'
