/** Programs that the shop's host starts by itself at fixed times: whoever asks what people have started does not see them. */
export const scheduledJobs: readonly string[] = ['apply-limits']
