import { JobView } from '../contract/job.ts'
import { PermissionList, type PermissionView } from '../contract/permission.ts'
import { requestJson, type Endpoint } from './request.ts'

/** What agents ask before they act. */
export interface PermissionCalls {
  /** Everything that was asked, oldest first; what is open has no `outcome`. */
  permissions(jobId: string): Promise<PermissionView[]>
  /** Answers with one of the options, or refuses without any of them (`null`). */
  answerPermission(jobId: string, id: string, option: string | null): Promise<JobView>
}

export function permissionCalls(endpoint: Endpoint): PermissionCalls {
  const pathOf = (jobId: string): string => `/api/jobs/${encodeURIComponent(jobId)}/permissions`
  return {
    permissions: async (jobId) => (await requestJson(endpoint, pathOf(jobId), PermissionList)).permissions,
    answerPermission: (jobId, id, option) =>
      requestJson(endpoint, `${pathOf(jobId)}/${encodeURIComponent(id)}`, JobView, {
        method: 'POST',
        json: { option },
      }),
  }
}
