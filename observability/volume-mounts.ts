/** Where volumes of data stores are mounted, as a regular expression: in the folder of the range, or below /var/lib. */
export const volumeMounts = '.+/(data|firedrill/[^/]+)/(redis|journal)'
