import { openLog } from '../../src/lib/log.ts'
import { openGateway } from '../../src/models/gateway/gateway.ts'

/** The model gateway alone, in front of the provider in its first argument; prints where it is and a token. */
const [, , provider = ''] = process.argv
const gateway = await openGateway({
  log: openLog('silent'),
  port: 0,
  target: (wire) =>
    Promise.resolve({
      name: 'bench',
      wire,
      baseUrl: provider,
      header: null,
      headers: {},
      key: 'sk-bench',
      blocked: null,
    }),
  budget: () => Promise.resolve(null),
  reportTrouble: () => Promise.resolve(),
  prices: { find: () => null },
  record: () => Promise.resolve(),
  limits: {
    modelRequestBytes: 50_000_000,
    modelHeldBytes: 50_000_000,
    modelRoomMs: 1000,
    modelSilenceMs: 60_000,
    modelPatienceMs: 0,
    modelRestMs: 1000,
    modelBackoffMs: 1000,
  },
})
const nobody = { backend: 'bench', jobId: null, taskId: null, attemptId: null, role: null }
process.stdout.write(`${JSON.stringify({ url: gateway.url, token: gateway.open(nobody).token })}\n`)
