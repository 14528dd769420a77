import { lazyPart } from '../lazy-part.tsx'

interface MarkdownProps {
  readonly text: string
}

const MarkdownBody = lazyPart(async () => (await import('./markdown-body.tsx')).MarkdownBody, {
  prefetch: 'never',
  fallback: ({ text }: MarkdownProps) => (
    <div aria-busy="true" dir="auto" className="text-base whitespace-pre-wrap wrap-anywhere">
      {text}
    </div>
  ),
})

/** Rendered Markdown; plain text until the renderer is loaded. */
export function Markdown({ text }: MarkdownProps) {
  return <MarkdownBody text={text} />
}
