import { expect, it } from 'vitest'
import { teamAgents } from '../helpers/agents-under-test.ts'
import { scriptedVision } from '../helpers/scripted-team.ts'
import { useAgents } from '../helpers/use-agents.ts'

/** Real coding agents as whole teams: requirements, a plan, two tasks at the same time, reviews, and the proof of it all. */
const agents = useAgents()

it.concurrent.each(teamAgents)('%s completes a whole team job, and it is proven', async (backend) => {
  const { id, key, told } = await agents.finish({ vision: scriptedVision(), backend })
  expect(await agents.server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
  await agents.expectLedger(id, key)
})

it('a team with a different agent in each role completes a whole job', async () => {
  const [first = 'codex', second = first, third = second, fourth = first] = teamAgents
  const roles = { product_owner: first, architect: second, developer: third, reviewer: fourth }
  const { id, key, told } = await agents.finish({ vision: scriptedVision(), backend: first, agents: roles })
  expect(await agents.server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
  const team = await agents.server.client.agents(id)
  expect(Object.fromEntries(team.map(({ role, backend }) => [role, backend]))).toMatchObject(roles)
  await agents.expectLedger(id, key)
})
