import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { BackupRequest } from '../../src/contract/backup.ts'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Begins a backup; `queries.backup` says how far it is. */
export function useBackUp() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (request: BackupRequest) => client.backUp(request),
    onSuccess: (backup) => cache.setQueryData(keys.backup, backup),
  })
}
