import type { Engine } from './engine.ts'

/** Returns an engine for running work: while the database is away it waits, so that no attempt is used up. */
export function patientEngine(engine: Engine): Engine {
  const { db, models, settings } = engine
  return {
    ...engine,
    db: db.patient,
    settings: () => db.retryWhileAway(settings),
    models: { ...models, providers: () => db.retryWhileAway(models.providers) },
  }
}
