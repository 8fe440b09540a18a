import type { ComponentChildren } from 'preact';
import { useParts } from './parts-context.tsx';
import { Icon } from './pictures.tsx';
import { httpLink, textParts } from './text-parts.ts';

interface FileByLink {
  readonly url: string;
  readonly name?: string | undefined;
  readonly size?: number | undefined;
  readonly type?: 'image' | 'video' | 'audio' | 'file';
}

/** A file by its link. It is never loaded by the page: who opens it decides so, and only that tells the other side. */
export function AttachmentCard({ file }: { readonly file: FileByLink }) {
  const { texts, language } = useParts();
  const href = httpLink(file.url);
  const name = file.name ?? lastPart(file.url);
  const size = file.size === undefined ? undefined : sizeText(file.size, language);
  const about = [texts.attachment[file.type ?? 'file'], size, href && new URL(href).host].filter(Boolean).join(' · ');
  return (
    <span class="attachment">
      <Icon name={file.type === 'image' ? 'image' : 'file'} />
      <span class="attachment-text">
        {href === undefined ? <span>{name}</span> : <ExternalLink href={href}>{name}</ExternalLink>}
        <span class="quiet">{about}</span>
      </span>
    </span>
  );
}

function lastPart(url: string): string {
  const path = URL.parse(url)?.pathname.split('/').filter(Boolean).at(-1);
  return path === undefined ? url : safeDecode(path);
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sizeText(bytes: number, language: string): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'kilobyte'] : [bytes / 1024 / 1024, 'megabyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

/** A link that a person may follow: never opened by the page, and it tells the other side nothing. */
function ExternalLink({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
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
