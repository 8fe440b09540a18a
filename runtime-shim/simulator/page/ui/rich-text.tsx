import type { ComponentChildren } from 'preact';
import { textParts } from './text-parts.ts';

/** A link that a person may follow: never opened by the page, and it tells the other side nothing. */
export function ExternalLink({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** What somebody typed: text, with the http(s) links in it made links. Never markup. */
export function RichText({ text }: { readonly text: string }) {
  return (
    <span class="rich-text">
      {textParts(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          <ExternalLink key={index} href={part.href}>
            {part.text}
          </ExternalLink>
        ),
      )}
    </span>
  );
}
