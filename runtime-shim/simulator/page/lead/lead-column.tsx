import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { PendingTransfer } from '../../../../plugin/contract/dialog.ts';
import type { EntryRecord, LeadRecord, MessageRecord, StatusRecord } from '../../records.ts';
import type { MessengerKind } from '../../../channels/looks.ts';
import { usePage } from '../state/page-context.ts';
import { useNarrow, useSetting } from '../state/hooks.ts';
import { timeText } from '../../../page/parts/language.ts';
import { Composer } from '../ui/composer.tsx';
import { Modal } from '../../../page/parts/modal.tsx';
import { Empty, Icon } from '../../../page/parts/pictures.tsx';
import { WindowedLog } from '../ui/windowed-log.tsx';
import { attachmentTypeOf, attributeCount, captionsOf, outcomesOf } from './chat-facts.ts';
import { LeadList } from './lead-list.tsx';
import { LeadMessage } from './lead-message.tsx';
import { type LookChoice, MESSENGERS, messengerOf } from './looks.ts';
import { usePending } from './use-pending.ts';

interface Props {
  readonly status: StatusRecord;
  readonly leads: readonly LeadRecord[];
  readonly lead: LeadRecord;
  readonly messages: readonly MessageRecord[];
  readonly entries: readonly EntryRecord[];
  readonly onSelect: (userId: string) => void;
  /** Shows what belongs to an entry. */
  readonly onChain: (entry: EntryRecord) => void;
}

/** The lead's messenger. */
export function LeadColumn({ status, leads, lead, messages, entries, onSelect, onChain }: Props) {
  const { texts, act } = usePage();
  const narrow = useNarrow();
  const [menu, setMenu] = useSetting<'buttons' | 'text'>('menu', 'buttons', 'local');
  const [look, setLook] = useSetting<LookChoice>('look', 'own', 'local');
  const messenger = messengerOf(look, lead, status);
  const { pending, say: send } = usePending(lead.userId, messages);
  const [sent, setSent] = useState(0);
  const [forgetting, setForgetting] = useState(false);
  const say: typeof send = (message) => {
    send(message);
    setSent((count) => count + 1);
  };
  const outcomes = useMemo(() => outcomesOf(entries, lead), [entries, lead]);
  const muted = lead.dialog !== null && lead.dialog.mode !== 'bot';
  const excluded = status.channels.some(({ code, excluded }) => code === lead.channel && excluded);
  const captions = captionsOf(messages);
  const startOver = async (): Promise<void> => {
    const answer = await act({ do: 'lead_again', userId: lead.userId });
    if (answer.ok && answer.userId !== undefined) onSelect(answer.userId);
  };
  const forget = async (): Promise<void> => {
    setForgetting(false);
    const answer = await act({ do: 'lead_forget', userId: lead.userId });
    if (answer.ok && answer.userId !== undefined) onSelect(answer.userId);
  };
  const lastMenu = messages.findLast((message) => (message.buttons?.length ?? 0) > 0)?.seq;
  const lookSelect = <LookSelect look={look} onLook={setLook} own={messengerOf('own', lead, status)} />;
  return (
    <>
      <LeadList status={status} leads={leads} selected={lead.userId} onSelect={onSelect} />
      <div class="lead-head">
        <span class={`mode mode-${lead.dialog?.mode ?? 'none'}`}>{texts.mode[lead.dialog?.mode ?? 'none']}</span>
        {excluded && (
          <span class="mode mode-none" title={texts.lead.excludedHint}>
            {texts.lead.excluded}
          </span>
        )}
        {/* A phone has no room for it beside the rest. */}
        <LeadAttributes lead={lead} inSheet={narrow ? lookSelect : null} />
        {!narrow && lookSelect}
        {!narrow && <Pending pending={lead.dialog?.pending} />}
        <span class="lead-tools">
          {messages.length > 0 && (
            <a
              class="icon-button"
              href={`/simulator/scenario.json?user=${encodeURIComponent(lead.userId)}`}
              download
              aria-label={texts.lead.save}
              title={`${texts.lead.save}. ${texts.lead.saveHint}`}
            >
              <Icon name="save" />
            </a>
          )}
          {messages.length > 0 && (
            <button
              type="button"
              class="icon-button"
              aria-label={texts.lead.again}
              title={`${texts.lead.again}. ${texts.lead.againHint}`}
              onClick={() => void startOver()}
            >
              <Icon name="restart" />
            </button>
          )}
          {messages.length > 0 && (
            <button
              type="button"
              class="icon-button"
              aria-label={texts.lead.forget}
              title={`${texts.lead.forget}. ${texts.lead.forgetHint}`}
              onClick={() => setForgetting(true)}
            >
              <Icon name="bin" />
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={texts.lead.menuAsText}
            title={texts.lead.menuAsText}
            aria-pressed={menu === 'text'}
            onClick={() => setMenu(menu === 'text' ? 'buttons' : 'text')}
          >
            <Icon name="list" />
          </button>
        </span>
      </div>
      {forgetting && (
        <Modal
          kind="source help"
          label={texts.lead.forget}
          heading={texts.lead.forgetSure(lead.name)}
          onClose={() => setForgetting(false)}
        >
          <p>{texts.lead.forgetHint}</p>
          <p>
            <button type="button" class="primary" onClick={() => void forget()}>
              {texts.lead.forgetNow}
            </button>
          </p>
        </Modal>
      )}
      <WindowedLog
        items={messages}
        keyOf={(message) => message.seq}
        label={`${texts.lead.log}: ${lead.name}`}
        announce
        subject={lead.userId}
        sent={sent}
        draw={(message, before) => (
          <LeadMessage
            message={message}
            follows={before?.from === message.from && before.operator === message.operator}
            menu={menu}
            messenger={messenger}
            live={message.seq === lastMenu && !muted}
            muted={muted}
            outcome={outcomes.get(message.seq)}
            onFailure={onChain}
            caption={message.from === 'lead' ? captions.get(message.seq) : undefined}
            onPress={({ data, code }) => say({ text: code, press: data })}
          />
        )}
        after={pending.map((message) => (
          <div class="log-item" key={message.id}>
            <div class={`bubble from-lead ${message.failed === undefined ? 'sending' : 'failed'}`}>
              <span class="rich-text">{message.text ?? message.attachments?.[0]?.url}</span>
              <span class="meta">
                {message.failed === undefined ? texts.lead.sending : `${texts.lead.failed}: ${message.failed}`}
                {message.failed !== undefined && (
                  <button type="button" class="plain" onClick={() => say(message)}>
                    {texts.lead.retry}
                  </button>
                )}
              </span>
            </div>
          </div>
        ))}
        empty={
          pending.length === 0 && (
            <Empty icon="person" title={texts.lead.emptyTitle} text={texts.lead.emptyText}>
              <button type="button" class="primary" onClick={() => say({ text: texts.lead.hello })}>
                {texts.lead.hello}
              </button>
            </Empty>
          )
        }
      />
      <Composer
        draftKey={`lead.${lead.userId}`}
        label={texts.lead.compose}
        placeholder={texts.lead.compose}
        sendLabel={texts.lead.send}
        attachLabel={texts.lead.attach}
        onText={(text) => say({ text })}
        onFile={(file) => say({ attachments: [{ type: attachmentTypeOf(file.url), ...file }] })}
      />
    </>
  );
}

/** The messenger that the chat is looked at in, with its limits. */
function LookSelect({
  look,
  own,
  onLook,
}: {
  readonly look: LookChoice;
  readonly own: MessengerKind | undefined;
  readonly onLook: (look: LookChoice) => void;
}) {
  const { texts } = usePage();
  const { kinds } = texts.looks;
  return (
    <select
      class="look"
      value={look}
      aria-label={texts.looks.label}
      title={texts.looks.hint}
      onChange={({ currentTarget: { value } }) => onLook(MESSENGERS.find((kind) => kind === value) ?? 'own')}
    >
      <option value="own">
        {own === undefined ? texts.looks.none : kinds[own]} — {texts.looks.own}
      </option>
      {MESSENGERS.map((kind) => (
        <option key={kind} value={kind}>
          {kinds[kind]}
        </option>
      ))}
    </select>
  );
}

/** What waits for an operator: since when, where, and why. */
function Pending({ pending }: { readonly pending: PendingTransfer | undefined }) {
  const { texts, language } = usePage();
  if (pending === undefined) return null;
  const { messageLeft, since, group, reason, textsRead } = pending;
  const parts = [
    ...(messageLeft ? [texts.lead.pending.left] : []),
    ...(since === null ? [] : [`${texts.lead.pending.since} ${timeText(since, language)}`]),
    ...(group === null ? [] : [`${texts.desk.group} «${group}»`]),
    ...(reason === null ? [] : [`${texts.lead.pending.reason}: ${reason}`]),
    ...(textsRead === 0 ? [] : [`${texts.lead.pending.texts}: ${textsRead}`]),
  ];
  return <p class="pending quiet">{parts.join(' · ')}</p>;
}

/** What the scripts have written about the lead, folded away until asked for. */
function LeadAttributes({ lead, inSheet }: { readonly lead: LeadRecord; readonly inSheet: ComponentChildren }) {
  const { texts, language, act } = usePage();
  const narrow = useNarrow();
  const ordinary = Object.entries(lead.attributes);
  const system = Object.entries(lead.systemAttributes);
  const count = attributeCount(lead);
  return (
    <details class="lead-attributes">
      <summary>
        {texts.lead.attributes}
        {count > 0 && <span class="count">{count}</span>}
      </summary>
      <div class="sheet">
        {inSheet}
        {narrow && <Pending pending={lead.dialog?.pending} />}
        {count === 0 && <p class="quiet">{texts.lead.noAttributes}</p>}
        <dl class="facts">
          {ordinary.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {system.map(([key, value]) => (
            <div key={key}>
              <dt>
                {key} <span class="quiet">{texts.lead.system}</span>
              </dt>
              <dd>
                <pre>{JSON.stringify(value, null, 2)}</pre>
              </dd>
            </div>
          ))}
        </dl>
        {lead.scheduled.length > 0 && (
          <section aria-label={texts.lead.scheduled}>
            <h4>{texts.lead.scheduled}</h4>
            {lead.scheduled.map(({ n, script, at, everySec }) => (
              <p key={n}>
                {script} — {new Date(at).toLocaleString(language)}
                {everySec !== undefined && ` (${texts.lead.every(everySec)})`}{' '}
                <button type="button" onClick={() => void act({ do: 'lead_hasten', userId: lead.userId, n })}>
                  {texts.lead.runNow}
                </button>
              </p>
            ))}
          </section>
        )}
      </div>
    </details>
  );
}
