import { useState } from 'preact/hooks';
import type { ChannelRecord, LeadRecord, StatusRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { Avatar, Icon } from '../../../page/parts/pictures.tsx';
import { FoldedForm } from '../ui/folded-form.tsx';
import { useShownChoice } from '../state/hooks.ts';

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

interface NewLeadProps {
  readonly channels: readonly ChannelRecord[];
  readonly onDone: (userId?: string) => void;
}

/** Another person to write as, through a channel of choice. */
function NewLead({ channels, onDone }: NewLeadProps) {
  const { texts, act } = usePage();
  const [name, setName] = useState('');
  const [channel, setChannel] = useState(channels[0]?.code ?? '');
  const add = async (): Promise<void> => {
    const answer = await act({ do: 'lead_add', channel, name: name.trim() });
    onDone(answer.ok ? answer.userId : undefined);
  };
  return (
    <FoldedForm
      onSubmit={() => void add()}
      onCancel={() => onDone()}
      submitLabel={texts.lead.addDo}
      incomplete={name.trim() === ''}
    >
      <input
        type="text"
        value={name}
        maxLength={100}
        aria-label={texts.lead.addName}
        placeholder={texts.lead.addName}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <select
        value={channel}
        aria-label={texts.lead.addChannel}
        onChange={(event) => setChannel(event.currentTarget.value)}
      >
        {channels.map(({ code, excluded }) => (
          <option key={code} value={code}>
            {excluded ? `${code} (${texts.lead.excluded})` : code}
          </option>
        ))}
      </select>
    </FoldedForm>
  );
}
