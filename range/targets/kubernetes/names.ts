/** Names of the shop's objects in a cluster. */
export const namespace = 'shop'
/** The account whose rights a terminal has at the API server. */
export const onCallAccount = 'on-call'
/** The guard's name, by which its refusals are recognised. */
export const onCallGuard = 'firedrill-on-call'
