/**
 * Every error that the server answers with: its stable code, HTTP status, meaning and remedy. The sentence of an answer is
 * more specific. docs/errors.md is generated from this.
 */
export const errors = {
  // Requests that are malformed.
  bad_request: [400, 'The request is not valid HTTP for this route.', 'Compare it with `/api/openapi.json`.'],
  invalid_request: [
    400,
    'A field, a query or the body does not match its schema.',
    'Correct the fields that `issues` names.',
  ],
  bad_json: [400, 'The body, or a field of a form, is not valid JSON.', 'Send valid JSON.'],
  bad_encoding: [400, 'The body is not valid UTF-8.', 'Send UTF-8 text.'],
  bad_form: [400, 'The multipart form cannot be read.', 'Send it as a browser or `curl -F` does.'],
  bad_path: [
    400,
    'The path is not a path inside the repository.',
    'Percent-encode its bytes; leave out `.`, `..` and empty parts.',
  ],
  bad_idempotency_key: [
    400,
    'The `Idempotency-Key` is empty, too long or not visible ASCII.',
    'Send 1 to 200 visible ASCII characters.',
  ],
  bad_last_event_id: [
    400,
    '`Last-Event-ID` is not a whole number.',
    'Send the `id` of the last event that was received.',
  ],
  too_large: [413, 'The body is larger than this route takes.', 'Shorten it, or attach documents.'],
  unsupported_media_type: [
    415,
    'The content type of the body is not one that this route takes.',
    'Send the type that the sentence names.',
  ],
  unsupported_encoding: [
    415,
    'The body is compressed in a way that is not supported.',
    'Send it plain, or compressed with gzip.',
  ],
  method_not_allowed: [
    405,
    'The route exists, and not with this method.',
    'Use one of the methods in `Allow`.',
  ],
  value_too_long: [400, 'A value of the environment of a backend is too long.', 'Shorten it.'],
  masked_value: [400, 'A masked value was sent back where no value is stored.', 'Send the value itself.'],

  // Credentials.
  unauthorised: [
    401,
    'The token or the session cookie is missing or wrong.',
    'Log in, or send `Authorization: Bearer <token>`; `slipway token` prints it.',
  ],
  wrong_token: [
    401,
    'The token or the log-in code is wrong or used up.',
    'Use the token that `slipway token` prints, or a new link.',
  ],
  too_many_attempts: [
    429,
    'There were too many wrong log-ins.',
    'Wait for the seconds that `Retry-After` names.',
  ],
  cross_site: [
    403,
    'The request comes from another site.',
    'Open the pages of this server, or send the token from a program.',
  ],
  origin_missing: [
    403,
    'A change with a session cookie has no `Origin` header.',
    'Use a browser, or send the token.',
  ],
  origin_not_allowed: [
    403,
    'The request comes from a page of another origin.',
    'Use the pages of this server.',
  ],
  host_not_allowed: [
    403,
    'The server is not known under this `Host`.',
    'Use the address that `slipway start` printed.',
  ],
  no_session: [404, 'The request has no session.', 'Nothing: a program that sends the token needs none.'],

  // Jobs.
  not_found: [
    404,
    'There is no such route, job, task, agent or other part of a job.',
    'Look for its id in the list that holds it.',
  ],
  idempotency_key_reused: [409, 'The `Idempotency-Key` was used for a different request.', 'Send a new key.'],
  bad_source: [
    400,
    'This source cannot be used.',
    'Correct the address or path; the sentence gives the reason.',
  ],
  no_plan_to_approve: [
    400,
    '`approve_plan` was set in a solo job, which makes no plan.',
    'Leave it out, or use mode `team`.',
  ],
  not_cancellable: [
    409,
    'The job or task cannot be cancelled now.',
    'The sentence gives the reason; a finished one needs no cancel.',
  ],
  not_restartable: [
    409,
    'Only a failed or cancelled job can be restarted.',
    'Wait for its end, or start a new job.',
  ],
  not_retryable: [409, 'The task cannot be started over now.', 'The sentence gives the reason.'],
  not_waiting_for_approval: [409, 'The job has no plan that waits for approval.', 'Check its status.'],
  plan_changed: [
    409,
    'The plan has another version than the one that was named.',
    'Read it again and repeat the change on the newest version.',
  ],
  job_ended: [409, 'The job has ended, so its budget or priority has no use.', 'Restart the job first.'],
  job_not_ended: [409, 'The job has not ended, so it cannot be deleted.', 'Cancel it first.'],
  job_over: [
    409,
    'The job has ended or is being cancelled, so no agent will read a message.',
    'Restart the job first.',
  ],
  budget_too_small: [409, 'The new budget is used up already.', 'Set a larger one.'],
  waived_already: [409, 'The finding was waived before.', 'Nothing.'],
  permission_closed: [409, 'The permission request is over.', 'Nothing; the sentence explains how it ended.'],
  question_closed: [409, 'The question is over.', 'Nothing; the sentence explains how it ended.'],
  unknown_option: [
    400,
    'The permission request has no such option.',
    'Choose one that the sentence names, or null.',
  ],
  disk_full: [507, 'The disk is too full to accept work.', 'Make room; nothing that was accepted is lost.'],

  // Documents, files and archives.
  no_documents: [400, 'No document was sent.', 'Put files into the field `documents`.'],
  bad_document_name: [
    400,
    'A document has no usable file name.',
    'Send a file name without path and control characters.',
  ],
  too_many_documents: [400, 'A job would have too many documents.', 'Remove some first.'],
  document_too_large: [413, 'A document is too large.', 'Shorten or split it.'],
  ref_not_found: [
    404,
    'The job has no such commit or branch, or none yet.',
    'Omit `ref`, or wait until work has begun.',
  ],
  file_not_found: [404, 'The commit has no such file.', 'See the tree of that commit.'],
  file_too_large: [413, 'The file is too large to be shown.', 'Download the repository.'],
  archive_too_large: [413, 'The files are too large for an archive.', 'Clone the repository.'],
  repository_damaged: [
    500,
    "Files of the job's repository are missing or cannot be read.",
    'Restore the data directory from a backup, or run the job again.',
  ],
  names_not_for_zip: [422, 'A zip cannot carry some of the file names exactly.', 'Ask for `?format=tar.gz`.'],
  read_only: [
    403,
    'The repository of a job can be cloned, not pushed to.',
    'Give a clone to a job as its source.',
  ],
  smart_git_only: [400, 'Only the smart HTTP protocol of git is spoken.', 'Use a current git.'],

  // Backends and models.
  unknown_backend: [
    400,
    'The request names a backend that does not exist.',
    'Choose one of `GET /api/backends`.',
  ],
  backend_not_found: [
    404,
    'There is no backend with the name in the path.',
    'Choose one of `GET /api/backends`.',
  ],
  backend_unavailable: [400, 'The backend cannot be used now.', 'The sentence explains what it needs.'],
  no_backend: [400, 'No backend is available at all.', 'See `slipway backends` for what each one needs.'],
  backend_exists: [409, 'There is a backend of this name.', 'Remove it first, or choose another name.'],
  built_in_backend: [409, 'The backend is part of Slipway, or known to it.', 'Choose another name.'],
  in_settings_file: [
    409,
    'The value is defined in the settings file.',
    'Change it there, and start the server again.',
  ],
  too_many_backends: [400, 'The maximum number of backends is reached.', 'Remove one.'],
  bad_registry_entry: [400, 'The entry of the registry cannot be used.', 'Add the agent by its command.'],
  no_distribution: [
    400,
    'The registry knows no way to start the agent on this platform.',
    'Add it by its command.',
  ],
  not_installable: [409, 'Slipway cannot install this backend.', 'Install it as the sentence describes.'],
  not_installed: [409, 'Slipway has not installed this backend.', 'Nothing.'],
  no_npm: [409, 'Installing needs npm, which is not in PATH.', 'Install Node.js with npm.'],
  install_underway: [409, 'The backend is being installed already.', 'Wait for it.'],
  install_stopped: [409, 'The installation was stopped.', 'Begin it again.'],
  install_failed: [
    502,
    'The package could not be installed.',
    'The sentence gives the reason; try again, or install it yourself.',
  ],
  trial_underway: [409, 'The backend is being tried already.', 'Wait for it.'],
  test_underway: [409, 'The backend is being tested already.', 'Wait for it.'],
  no_model: [409, 'The backend has no access to a model.', 'Connect a provider: `slipway providers set`.'],
  unknown_provider: [404, 'There is no such provider.', 'Choose one of `GET /api/providers`.'],
  incomplete_provider: [
    400,
    'Slipway does not know a provider of this name, and its data are incomplete.',
    'Send its `wire` and `base_url`.',
  ],
  too_many_providers: [400, 'The maximum number of providers is reached.', 'Remove one.'],
  unknown_secret: [404, 'There is no such secret.', 'Choose one of `GET /api/secrets`.'],
  secret_unreadable: [
    500,
    'A secret cannot be read with the key of this data directory.',
    'Set it again: `slipway secrets set`.',
  ],
  bad_prices: [500, 'The file of prices in the data directory cannot be read.', 'Correct it, or remove it.'],

  // What agents are answered on their board.
  attempt_over: [409, 'The attempt is over, so it can ask no more questions.', 'Nothing.'],
  nobody_attends: [
    409,
    'Nobody answers questions in this job.',
    'Decide yourself, and write down what was decided.',
  ],
  too_many_questions: [
    429,
    'The attempt has asked the maximum number of questions.',
    'Decide yourself, and write down what was decided.',
  ],
  too_many_reports: [429, 'The attempt has sent the maximum number of reports.', 'Continue with the work.'],

  // The server and its environment.
  busy: [503, 'Too many requests of this kind are running.', 'Try again in a few seconds.'],
  canary_underway: [409, 'A canary is already running.', 'Wait for it.'],
  no_free_slot: [409, 'All slots were busy, so the canary could not begin.', 'Run it again later.'],
  upgraded: [
    503,
    'The program of this server was replaced while it ran.',
    'Restart the server; nothing that was accepted is lost.',
  ],
  helper_gone: [503, 'A helper process ended during the request; it is being replaced.', 'Try again.'],
  database_unavailable: [
    503,
    'The database cannot be reached at present.',
    'Try again in a moment; nothing that was accepted is lost.',
  ],
  database_full: [
    503,
    'The database has no connection left.',
    'Try again; raise `max_connections` of PostgreSQL if it happens again.',
  ],
  internal: [500, 'Something went wrong in the server.', 'Search its log for the id in the sentence.'],

  // Starts that are refused. Commands print their sentence.
  data_dir_in_use: [
    409,
    'Another server uses the data directory.',
    'Use that server, stop it, or pass another `--data-dir`.',
  ],
  data_dir_unusable: [
    500,
    'The data directory cannot be written.',
    'Pass another `--data-dir`, make room, or fix its permissions.',
  ],
  other_data_directory: [
    409,
    'The database belongs to another data directory.',
    'Start with that one, or use a database of its own.',
  ],
  database_in_use: [
    409,
    'Another server uses the database.',
    'Stop that server, or use a database of its own.',
  ],
  database_unreachable: [
    500,
    'The database of `DATABASE_URL` cannot be reached.',
    'Check the address and that PostgreSQL runs.',
  ],
  database_connections: [
    500,
    'The database gives fewer connections than a server needs.',
    'Raise `max_connections`, or the limit of the role or the database.',
  ],
  bad_backup_directory: [
    400,
    'A backup cannot be written into this directory.',
    'Give an absolute path, outside of the data directory, that does not exist or is empty.',
  ],
  backup_underway: [409, 'A backup is running.', 'Wait for its end.'],
  backup_of_postgres: [
    409,
    'The rows are in PostgreSQL, which the backup does not contain.',
    'Use `pg_dump`, and then copy the data directory.',
  ],
  schema_too_old: [
    500,
    'The database was made by a version whose tables this one cannot use.',
    'Start that version, or give this one an empty database.',
  ],
  former_data_directory: [
    500,
    'The data directory holds the embedded database of version 0.1.0 or an older one.',
    'Start that version with it, or pass another `--data-dir`.',
  ],
  schema_too_new: [500, 'A newer Slipway has migrated the database.', 'Start the newer version.'],
  schema_changed: [500, 'A migration was changed after it had been applied.', 'Restore its file.'],
  port_in_use: [409, 'The port is in use.', 'Pass another `--port`.'],
  git_missing: [500, 'git cannot be run.', 'Install it, then start again.'],
  git_too_old: [500, 'git is too old.', 'Upgrade it, then start again.'],
} as const satisfies Readonly<Record<string, readonly [status: number, means: string, remedy: string]>>

export type ErrorCode = keyof typeof errors

/** The HTTP status of an error. */
export function statusOf(code: ErrorCode): number {
  return errors[code][0]
}
