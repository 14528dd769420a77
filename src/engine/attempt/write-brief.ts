import path from 'node:path'
import { usualReportsDir, type TaskBrief } from '../../contract/brief.ts'
import { writeInside } from '../../lib/inside-files.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { readDocuments } from '../../store/documents.ts'
import type { readTask } from '../../store/team.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'
import type { Claim } from '../claim.ts'
import { earlierSession } from './earlier-session.ts'
import type { Engine } from '../engine.ts'
import { messagesForBrief } from './messages.ts'

type TaskText = NonNullable<Awaited<ReturnType<typeof readTask>>>

/** Writes the brief of an attempt and the job's documents into its workspace, and returns the brief. */
export async function writeBrief(
  engine: Engine,
  claim: Claim,
  { attempt, task, base }: { readonly attempt: AttemptTask; readonly task: TaskText; readonly base: string },
  workspace: Workspace,
): Promise<TaskBrief> {
  const { job } = claim
  // Only the architect's own task refers to the directory; in other tasks such text comes from a person.
  const named = (text: string): string =>
    attempt.role === 'architect' ? text.replaceAll(`${usualReportsDir}/`, `${workspace.reports}/`) : text
  const brief: TaskBrief = {
    slipway: 1,
    role: attempt.role,
    mode: job.mode,
    permissions: job.permissions,
    vision: job.vision,
    task: {
      id: task.id,
      key: task.key,
      title: task.title,
      description: named(task.description),
      acceptance: task.acceptance.map(named),
      checks: task.checks,
    },
    attempt: attempt.number,
    feedback: [
      ...(await messagesForBrief(engine, claim, attempt)),
      ...attempt.feedback,
      ...(await earlierSession(engine, claim, attempt)),
    ],
    base_commit: base,
  }
  await writeInside(workspace.dir, `${workspace.reports}/task.json`, JSON.stringify(brief, null, 2))
  const documents = await readDocuments(engine.db.reader, job.id)
  for (const [index, document] of documents.entries()) {
    const name = path
      .basename(document.name)
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^\.+/, '_')
    await writeInside(
      workspace.dir,
      `${workspace.reports}/documents/${String(index + 1).padStart(2, '0')}-${name}`,
      document.content,
    )
  }
  return brief
}
