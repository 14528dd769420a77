import type { Engine } from './engine.ts'

/** The engine for work that runs: where the database is away it waits, so that no attempt is used up by that. */
export function patientEngine(engine: Engine): Engine {
  const { db, models, settings } = engine
  return {
    ...engine,
    db: db.patient,
    settings: () => db.insist(settings),
    models: { ...models, providers: () => db.insist(models.providers) },
  }
}
