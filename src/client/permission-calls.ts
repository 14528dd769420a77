import { JobView } from '../contract/job.ts'
import { PermissionList, type PermissionView } from '../contract/permission.ts'
import { requestJson, type Endpoint } from './request.ts'

/** API calls for the permission requests of agents. */
export interface PermissionCalls {
  /** Returns all requests, oldest first; open ones have no `outcome`. */
  permissions(jobId: string): Promise<PermissionView[]>
  /** Answers with one of the options, or refuses without an option (`null`). */
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
