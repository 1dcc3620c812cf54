/** Programs that the shop's host starts by itself at fixed times: a list of the jobs that people started does not contain them. */
export const scheduledJobs: readonly string[] = ['apply-limits']
