/** Writes bytes as whole megabytes (of 1,048,576): `12 MB`. */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`

/** Writes milliseconds as seconds, however many: `0.4 s`, `312.0 s`. */
export const inSeconds = (ms: number, digits = 1): string => `${(ms / 1_000).toFixed(digits)} s`
