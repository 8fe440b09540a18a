import { useState } from 'preact/hooks';
import type { ChannelRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';
import { FoldedForm } from '../ui/folded-form.tsx';

interface Props {
  readonly channels: readonly ChannelRecord[];
  readonly onDone: (userId?: string) => void;
}

/** Another person to write as, through a channel of choice. */
export function NewLead({ channels, onDone }: Props) {
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
