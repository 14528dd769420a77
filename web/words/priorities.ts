import type { Priority } from '../../src/contract/words.ts'

/** The priorities as a choice, the usual one in the middle. */
export const priorities: readonly {
  readonly value: Priority
  readonly label: string
  readonly hint: string
}[] = [
  { value: 'low', label: 'Low', hint: 'Every other job comes first.' },
  { value: 'normal', label: 'Normal', hint: 'Older jobs come before newer ones.' },
  { value: 'high', label: 'High', hint: 'It comes before all others when slots are few.' },
]
