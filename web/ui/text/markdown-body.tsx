import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'

const prose =
  '[&>*]:[unicode-bidi:plaintext] [&_li]:[unicode-bidi:plaintext] flex flex-col gap-3 text-base leading-relaxed wrap-anywhere [&_h1]:text-xl [&_h1]:font-semibold [&_h2]:mt-2 [&_h2]:text-lg [&_h2]:font-semibold ' +
  '[&_h3]:font-semibold [&_ul]:list-disc [&_ul]:pl-5 [&_ol]:list-decimal [&_ol]:pl-5 [&_li]:my-0.5 [&_code]:rounded [&_code]:bg-sunken [&_code]:px-1 [&_code]:text-[0.9em] ' +
  '[&_pre]:overflow-x-auto [&_pre]:rounded-md [&_pre]:border [&_pre]:border-line [&_pre]:bg-sunken [&_pre]:p-3 [&_pre_code]:bg-transparent [&_pre_code]:p-0 ' +
  '[&_blockquote]:border-l-2 [&_blockquote]:border-line-strong [&_blockquote]:pl-3 [&_blockquote]:text-muted [&_a]:text-accent [&_a]:underline ' +
  '[&_table]:block [&_table]:overflow-x-auto [&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:py-1 [&_th]:text-left [&_td]:border [&_td]:border-line [&_td]:px-2 [&_td]:py-1 [&_hr]:border-line'

/** Untrusted Markdown: no HTML, no images, and links without a referrer. */
export function MarkdownBody({ text }: { readonly text: string }) {
  return (
    <div dir="auto" className={prose}>
      <Markdown
        skipHtml
        remarkPlugins={[remarkGfm]}
        disallowedElements={['img', 'input']}
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow">
              {children}
            </a>
          ),
        }}
      >
        {text}
      </Markdown>
    </div>
  )
}
