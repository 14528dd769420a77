import { pino, type Logger } from 'pino'

export type Log = Logger

/**
 * The server's own log: JSON lines on stderr, so that stdout is left to the person. Fields that could hold a secret are
 * removed by name.
 */
export function openLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: ['token', '*.token', 'authorization', '*.authorization', 'env', '*.env'],
        remove: true,
      },
    },
    pino.destination({ fd: 2, sync: false }),
  )
}
