import { lazy, Suspense } from 'react'

const MarkdownBody = lazy(async () => ({ default: (await import('./markdown-body.tsx')).MarkdownBody }))

/** Markdown as people read it; its words stand there plainly until the reader for it has been loaded. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <Suspense
      fallback={
        <div aria-busy="true" className="text-base whitespace-pre-wrap wrap-anywhere">
          {text}
        </div>
      }
    >
      <MarkdownBody text={text} />
    </Suspense>
  )
}
