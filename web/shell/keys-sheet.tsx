import { Dialog } from '../ui/overlays/dialog.tsx'
import { Kbd } from '../ui/text/code.tsx'
import { useAllCommands } from './commands.ts'

/** The shortcuts available on the current screen. */
export function KeysSheet({ onOpenChange }: { readonly onOpenChange: (open: boolean) => void }) {
  const commands = useAllCommands().filter((command) => command.keys !== undefined)
  const groups = [...Map.groupBy(commands, (command) => command.group)]
  return (
    <Dialog open onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <div className="flex flex-col gap-5">
        {groups.map(([group, members]) => (
          <section key={group}>
            <h3 className="mb-1 text-xs font-medium text-muted">{group}</h3>
            <dl>
              {members.map((command) => (
                <div key={command.id} className="flex h-8 items-center justify-between gap-4">
                  <dt>{command.title}</dt>
                  <dd>
                    <Kbd keys={command.keys ?? ''} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
