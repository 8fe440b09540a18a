import { useState } from 'preact/hooks';
import type { LeadRecord, StatusRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { useShownChoice } from '../ui/use-shown-choice.ts';
import { NewLead } from './new-lead.tsx';

interface Props {
  readonly status: StatusRecord;
  readonly leads: readonly LeadRecord[];
  readonly selected: string;
  readonly onSelect: (userId: string) => void;
}

/** The leads to write as. */
export function LeadList({ status, leads, selected, onSelect }: Props) {
  const { texts } = usePage();
  const [adding, setAdding] = useState(false);
  const list = useShownChoice(selected);
  const excluded = new Set(status.channels.filter((channel) => channel.excluded).map((channel) => channel.code));
  return (
    <div class="lead-list-frame">
      <ul class="lead-list" aria-label={texts.lead.list} ref={list}>
        {leads.map((lead) => (
          <li key={lead.userId}>
            <button
              type="button"
              class="chip lead-chip"
              aria-pressed={lead.userId === selected}
              title={lead.name}
              onClick={() => onSelect(lead.userId)}
            >
              <Avatar name={lead.name} />
              <span class="chip-text">
                <span class="chip-name">{lead.name}</span>
                <span class="quiet">
                  {lead.channel}
                  {excluded.has(lead.channel) && ` · ${texts.lead.excluded}`}
                </span>
              </span>
              {lead.dialog !== null && lead.dialog.mode !== 'bot' && (
                <span class={`dot mode-dot-${lead.dialog.mode}`} title={texts.mode[lead.dialog.mode]} />
              )}
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="icon-button"
        aria-label={texts.lead.add}
        title={texts.lead.add}
        aria-expanded={adding}
        onClick={() => setAdding(!adding)}
      >
        <Icon name="plus" />
      </button>
      {adding && (
        <NewLead
          channels={status.channels}
          onDone={(userId) => {
            setAdding(false);
            if (userId !== undefined) onSelect(userId);
          }}
        />
      )}
    </div>
  );
}
