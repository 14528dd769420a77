import { expect, it } from 'vitest'
import { eventData, type EventContent, type EventType } from './event-data.ts'
import { eventKinds } from './event-kinds.ts'
import { eventTypes } from './event-types.ts'

const message = 'said'

it('must have a description for every type to compile', () => {
  // @ts-expect-error -- One type more needs its sentence in event-types.ts.
  const said: Readonly<Record<EventType | 'job.toasted', unknown>> = eventTypes
  // @ts-expect-error -- It also needs its kind in event-kinds.ts, by which it is shown.
  const shown: Readonly<Record<EventType | 'job.toasted', unknown>> = eventKinds
  for (const words of [said, shown])
    expect(Object.keys(words).toSorted()).toEqual(Object.keys(eventData).toSorted())
})

it('must have the data of its type to compile', () => {
  const right: EventContent[] = [
    { type: 'job.started', message },
    { type: 'job.phase', message, data: { phase: 'building' } },
    { type: 'task.merged', message, data: { commit: null } },
  ]
  const wrong: EventContent[] = [
    // @ts-expect-error -- There is no such type.
    { type: 'job.toasted', message },
    // @ts-expect-error -- Its data is missing.
    { type: 'job.phase', message },
    // @ts-expect-error -- A field is missing.
    { type: 'plan.rejected', message, data: { note: 'no' } },
    // @ts-expect-error -- A field has the wrong type.
    { type: 'job.phase', message, data: { phase: 'resting' } },
    // @ts-expect-error -- A field is of another type.
    { type: 'task.merged', message, data: { commit: null, files: [] } },
    // @ts-expect-error -- It has no data.
    { type: 'job.started', message, data: { phase: 'building' } },
  ]
  const fits = ({ type, data }: EventContent) => eventData[type].strict().safeParse(data ?? {}).success
  expect(right.map(fits)).toEqual([true, true, true])
  expect(wrong.slice(1).map(fits)).toEqual([false, false, false, false, false])
})
