/**
 * The column types that SQLite and PostgreSQL share, with their conversions: JSON is text, a time is an integer in epoch
 * milliseconds, and a boolean is 0 or 1. Neither database interprets them, so a query means the same on both.
 */
import { storableJson } from './storable.ts'

declare const holds: unique symbol

/** A JSON text that holds a `T`. */
export type Json<T> = string & { readonly [holds]: T }
/** A time in epoch milliseconds. */
export type Millis = number
export type Flag = 0 | 1

/** Returns a value as JSON text; characters that no column can hold become U+FFFD. */
export function toJson<T>(value: T): Json<T>
export function toJson(value: unknown): string {
  return storableJson(value)
}

/** Like `toJson`; null stays null. */
export function toJsonOrNull<T>(value: T | null): Json<T> | null {
  return value === null ? null : toJson(value)
}

export function fromJson<T>(text: Json<T>): T
export function fromJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return value
}

export function fromJsonOrNull<T>(text: Json<T> | null): T | null {
  return text === null ? null : fromJson(text)
}

export function toFlag(value: boolean): Flag {
  return value ? 1 : 0
}

export function toMillis(date: Date): Millis
export function toMillis(date: Date | null): Millis | null
export function toMillis(date: Date | null): Millis | null {
  return date?.getTime() ?? null
}

export function toDate(at: Millis): Date
export function toDate(at: Millis | null): Date | null
export function toDate(at: Millis | null): Date | null {
  return at === null ? null : new Date(at)
}

/** Returns a time of the database as ISO 8601. */
export function toIso(at: Millis): string
export function toIso(at: Millis | null): string | null
export function toIso(at: Millis | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
