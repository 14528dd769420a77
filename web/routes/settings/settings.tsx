import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.ts'
import { noticeLogOut } from '../../api/logged-out.ts'
import { usePutSettings } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { setNotifying, useNotifying } from '../../shell/notifications.ts'
import { setLetterShortcuts, useLetterShortcuts } from '../../shell/shortcuts.ts'
import { setTheme, useTheme, type Theme } from '../../shell/theme.ts'
import { useTitle } from '../../shell/title.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Switch } from '../../ui/controls/checkbox.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Select } from '../../ui/controls/select.tsx'
import { showFailure, showToast } from '../../ui/overlays/toast.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { JobDefaults } from './defaults.tsx'
import { Providers } from './providers.tsx'
import { RetentionSettings } from './retention.tsx'

const themes: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: 'system', label: 'Same as the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

/** The settings of this browser, and those of the server. */
export function SettingsScreen() {
  useTitle('Settings')
  const theme = useTheme()
  return (
    <Page title="Settings">
      <Section title="This browser">
        <Field label="Theme">
          {(control) => (
            <Select
              {...control}
              value={theme}
              className="w-64"
              onChange={(event) => {
                const next = themes.find(({ value }) => value === event.target.value)
                if (next !== undefined) setTheme(next.value)
              }}
            >
              {themes.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <NotificationSwitch />
        <Switch
          label="Keyboard shortcuts"
          hint="Single letters open screens and run commands; ? lists them. Ctrl+K or Cmd+K always works."
          checked={useLetterShortcuts()}
          onChange={setLetterShortcuts}
        />
        <div>
          <Button onClick={() => void endSession()}>Log out</Button>
        </div>
      </Section>
      <Section title="Jobs" hint="The defaults of new jobs.">
        <DefaultBackend />
        <JobDefaults />
      </Section>
      <Section
        title="Retention"
        hint="How long jobs that have ended stay on the disk, with their repositories and results. Removed jobs cannot be restored."
      >
        <RetentionSettings />
      </Section>
      <Section
        title="Models"
        hint="Where agents find their models. Keys stay with the server: agents get a token that expires with their attempt."
      >
        <Providers />
      </Section>
    </Page>
  )
}

async function endSession(): Promise<void> {
  try {
    await client.logOut()
    window.location.assign('/log-in')
  } catch (error) {
    noticeLogOut(error)
    if (error instanceof Error) showFailure(error)
  }
}

function NotificationSwitch() {
  const notifying = useNotifying()
  return (
    <Switch
      label="Notify me"
      hint={
        notifying === 'refused'
          ? 'This browser blocks notifications from this site. Its own settings can change that.'
          : 'When a job needs somebody or ends while this page is in the background.'
      }
      checked={notifying === 'on'}
      disabled={notifying === 'refused'}
      onChange={(isOn) => void setNotifying(isOn)}
    />
  )
}

function DefaultBackend() {
  const settings = useQuery(queries.settings())
  const backends = useQuery(queries.backends())
  const put = usePutSettings()
  const current = settings.data
  if (current === undefined || backends.data === undefined) return null
  return (
    <Field label="Default backend">
      {(control) => (
        <Select
          {...control}
          value={current.default_backend ?? ''}
          className="w-64"
          onChange={(event) => {
            const name = event.target.value
            put.mutate(
              { ...current, default_backend: name === '' ? null : name },
              { onError: showFailure, onSuccess: () => showToast('done', 'Saved.') },
            )
          }}
        >
          <option value="">Chosen by Slipway, never a custom one</option>
          {backends.data.map(({ name, display_name }) => (
            <option key={name} value={name}>
              {display_name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
