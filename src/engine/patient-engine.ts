import type { Engine } from './engine.ts'

/** Returns an engine for running work, which waits while the database is unavailable, so that no attempt fails. */
export function patientEngine(engine: Engine): Engine {
  const { db, models, settings } = engine
  return {
    ...engine,
    db: db.patient,
    settings: () => db.retryWhileAway(settings),
    models: { ...models, providers: () => db.retryWhileAway(models.providers) },
  }
}
