/** Reads the documents for a job before anything is sent, so that a wrong name is reported immediately. */
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { DocumentFile } from '../client/job-request.ts'
import { badUsage, sentence } from './failure.ts'

const countLimit = 20
const sizeLimitBytes = 10_000_000

export async function readDocuments(files: readonly string[]): Promise<DocumentFile[]> {
  if (files.length > countLimit)
    throw badUsage(`${files.length} documents are too many: at most ${countLimit} can be sent`)
  return Promise.all(files.map(readDocument))
}

async function readDocument(file: string): Promise<DocumentFile> {
  const size = await sizeOf(file)
  if (size > sizeLimitBytes)
    throw badUsage(`the document ${file} is larger than ${sizeLimitBytes / 1_000_000} MB`)
  return { name: path.basename(file), content: await openAsBlob(file) }
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file)
    if (found.isFile()) return found.size
  } catch (error) {
    throw badUsage(`the document ${file} cannot be read (${sentence(error)})`)
  }
  throw badUsage(`the document ${file} is not a file`)
}
