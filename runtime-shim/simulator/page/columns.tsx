import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConversationRecord } from '../records.ts';
import { type ShownChain, TimelineColumn } from './between/timeline-column.tsx';
import { DeskColumn } from './desk/desk-column.tsx';
import { LeadColumn } from './lead/lead-column.tsx';
import { SiteColumn } from './site/site-column.tsx';
import { usePage } from './state/page-context.ts';
import type { PageState } from './state/store.ts';
import { useNarrow, useSetting } from './state/hooks.ts';
import type { Theme } from '../../page/parts/appearance.tsx';

const NAMES = ['lead', 'between', 'site', 'desk'] as const;
type Name = (typeof NAMES)[number];

interface Props {
  readonly state: PageState;
  readonly theme: Theme;
  /** On a wide page; a phone has a tab for it. */
  readonly isSiteShown: boolean;
  readonly onHideSite: () => void;
}

/** The three columns, and the chat on a site beside the desk; on a phone one of them, chosen by tabs. */
export function Columns({ state, theme, isSiteShown, onHideSite }: Props) {
  const { texts } = usePage();
  const narrow = useNarrow();
  const [tab, setTab] = useSetting<Name>('tab', 'lead');
  const [leadId, setLeadId] = useSetting<string | null>('lead', null);
  const [conversationId, setConversationId] = useSetting<string | null>('conversation', null);
  const tabs = useRef<Partial<Record<Name, HTMLButtonElement | null>>>({});
  // Loaded when it is first looked at, and kept then: a talk must not be cut by a look at another tab.
  const [wasSeen, setWasSeen] = useState(false);
  const [chain, setChain] = useState<ShownChain | null>(null);
  useNewConversation(state, conversationId, setConversationId);
  const failures = useUnseenFailures(state, narrow && tab !== 'between');

  const { status, leads } = state;
  const lead = leads.find(({ userId }) => userId === leadId) ?? leads[0];
  if (status === undefined || lead === undefined) return <main class="columns loading" aria-busy="true" />;
  const unread = state.conversations
    .filter((conversation) => conversation.state !== 'stored')
    .reduce((sum, conversation) => sum + conversation.unread, 0);
  const names = NAMES.filter((name) => name !== 'site' || status.widget !== undefined);
  const shownTab = names.includes(tab) ? tab : 'lead';
  const isSite = status.widget !== undefined && (narrow ? wasSeen || tab === 'site' : isSiteShown);
  if (narrow && isSite && !wasSeen) setWasSeen(true);
  const move = (event: KeyboardEvent, from: Name): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = names[(names.indexOf(from) + step + names.length) % names.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    setTab(next);
    tabs.current[next]?.focus();
  };
  const frame = (name: Name) => ({
    id: `column-${name}`,
    class: `column column-${name}`,
    'aria-label': texts[name].column,
    ...(narrow ? { role: 'tabpanel' as const, hidden: shownTab !== name } : {}),
  });
  return (
    <main class={isSite ? 'columns with-site' : 'columns'} id="columns">
      {narrow && (
        <div class="tabs" role="tablist" aria-label={texts.bar.columns}>
          {names.map((name) => (
            <button
              type="button"
              key={name}
              role="tab"
              ref={(element) => {
                tabs.current[name] = element;
              }}
              aria-selected={shownTab === name}
              aria-controls={`column-${name}`}
              tabIndex={shownTab === name ? 0 : -1}
              onClick={() => setTab(name)}
              onKeyDown={(event) => move(event, name)}
            >
              {texts[name].column}
              {name === 'desk' && unread > 0 && (
                <span class="unread">
                  <span class="visually-hidden">{texts.desk.unread}: </span>
                  {unread}
                </span>
              )}
              {name === 'between' && failures > 0 && (
                <span class="unread failures">
                  <span class="visually-hidden">{texts.between.failures}: </span>
                  {failures}
                </span>
              )}
            </button>
          ))}
        </div>
      )}
      <section {...frame('lead')}>
        <ColumnTitle name="lead" />
        <LeadColumn
          status={status}
          leads={leads}
          lead={lead}
          messages={state.messages.get(lead.userId) ?? []}
          entries={state.entries}
          onSelect={setLeadId}
          onChain={(entry) => {
            setChain({ id: entry.chain, only: true });
            setTab('between');
          }}
        />
      </section>
      <section {...frame('between')}>
        <ColumnTitle name="between" />
        <TimelineColumn entries={state.entries} leads={leads} lead={lead} chain={chain} onChain={setChain} />
      </section>
      {isSite && (
        <section {...frame('site')}>
          <SiteColumn path={status.widget} theme={theme} onHide={narrow ? undefined : onHideSite} />
        </section>
      )}
      <section {...frame('desk')}>
        <ColumnTitle name="desk" />
        <DeskColumn
          status={status}
          operators={state.operators}
          conversations={state.conversations}
          leads={leads}
          messages={state.deskMessages}
          selected={conversationId}
          onSelect={setConversationId}
        />
      </section>
    </main>
  );
}

function ColumnTitle({ name }: { readonly name: Name }) {
  const { texts } = usePage();
  return (
    <header class="column-title">
      <h2>{texts[name].column}</h2>
      <p class="quiet">{texts[name].subtitle}</p>
    </header>
  );
}

/**
 * A conversation that has just come to the operators opens by itself, unless one is being worked on: a newcomer should
 * not have to look for it.
 */
function useNewConversation(state: PageState, selected: string | null, select: (userId: string | null) => void): void {
  const known = useRef<ReadonlySet<string>>(new Set());
  const { conversations } = state;
  useEffect(() => {
    const isOpen = (conversation: ConversationRecord): boolean =>
      conversation.state === 'queued' || conversation.state === 'assigned';
    const open = conversations.filter(isOpen);
    const fresh = open.findLast(({ userId }) => !known.current.has(userId));
    known.current = new Set(open.map(({ userId }) => userId));
    const isBusy = open.some(({ userId }) => userId === selected);
    if (fresh !== undefined && !isBusy) select(fresh.userId);
  }, [conversations, selected, select]);
}

/** How many scripts have failed since the person last saw the timeline: a phone shows one column at a time. */
function useUnseenFailures({ entries }: PageState, isHidden: boolean): number {
  const seen = useRef(0);
  const newest = entries.at(-1)?.id ?? 0;
  if (!isHidden) seen.current = newest;
  return entries.filter(({ id, facts }) => id > seen.current && facts.kind === 'script' && facts.error !== undefined)
    .length;
}
