import type { EmulatorFault, LiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';

const LEADS = 200;
/** Mean time between two messages of all leads together, ms: some thirty a second, a busy desk. */
const MESSAGE_EVERY_MS = 33;
const OPERATORS_EVERY_MS = 100;
const FAULT_EVERY_MS = 4_000;
const FAULT_LASTS_MS = 1_500;

/** What goes wrong at LiveTex, one after another at random. */
const FAULTS: readonly EmulatorFault[] = [
  { kind: 'latency', ms: 300 },
  { kind: 'latency', ms: 1_500 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfter: '1' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'html' },
  { kind: 'token' },
  { kind: 'webhook_duplicate', times: 3 },
  { kind: 'webhook_late', ms: 500 },
  { kind: 'webhook_reorder', group: 3, waitMs: 300 },
  { kind: 'echo' },
];
/** What leads write, and how often. Most talk; some ask for an operator; a few meet a script that never ends or eats memory. */
const TEXTS: ReadonlyArray<readonly [string, number]> = [
  ['Здравствуйте, где мой заказ?', 60],
  ['оператор', 12],
  ['бот', 4],
  ['цикл', 1],
  ['память', 1],
];

export interface Load {
  readonly sent: () => number;
  readonly refused: () => number;
  /** No more messages and faults; operators go on until everything is closed. */
  stop(): void;
}

/** Leads, operators and faults at random, until stopped. */
export function startLoad(url: string, emulator: LiveTexEmulator, random: () => number): Load {
  let sent = 0;
  let refused = 0;
  const timers = [
    setInterval(() => void say(), MESSAGE_EVERY_MS),
    setInterval(() => void guess(), FAULT_EVERY_MS),
    setInterval(() => {
      const end = emulator.faults.add(pick(FAULTS));
      setTimeout(end, FAULT_LASTS_MS);
    }, FAULT_EVERY_MS),
    setInterval(() => {
      for (const { id } of emulator.operators.list()) {
        if (random() < 0.1) emulator.operators.setStatus(id, random() < 0.7 ? 'online' : 'offline');
      }
    }, FAULT_EVERY_MS),
  ];
  const operators = setInterval(() => work(), OPERATORS_EVERY_MS);

  async function say(): Promise<void> {
    const lead = Math.floor(random() * LEADS);
    sent += 1;
    const answer = await fetch(`${url}/api/channels/telegram/leads/${lead}/messages`, {
      method: 'POST',
      body: JSON.stringify({ id: `m${sent}`, name: `Лид ${lead}`, text: weighted() }),
    }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status !== 202) refused += 1;
  }

  /** A stranger with a wrong key, and one who is cut off in the middle. */
  async function guess(): Promise<void> {
    const body = JSON.stringify({ id: 'x', type: 'Closed', webhook_key: `guess ${sent}` });
    const answer = await fetch(`${url}/webhook/livetex/main`, { method: 'POST', body }).catch(() => undefined);
    await answer?.arrayBuffer();
    await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1) }).catch(() => undefined);
  }

  function work(): void {
    for (const dialog of emulator.dialogs.list()) {
      if (dialog.state === 'stored' || dialog.state === 'closed') continue;
      const operator = dialog.operatorId ?? pick(emulator.operators.list()).id;
      const step = random();
      try {
        if (dialog.state === 'queued' || step < 0.2) emulator.dialogs.read(dialog.userId, operator);
        else if (step < 0.4) emulator.dialogs.reply(dialog.userId, operator, 'Сейчас посмотрю');
        else if (step < 0.5) emulator.dialogs.close(dialog.userId, operator);
      } catch {
        // The emulator refuses what an operator could not do either: another one was quicker.
      }
    }
  }

  function pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  function weighted(): string {
    let left = random() * TEXTS.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [text, weight] of TEXTS) {
      left -= weight;
      if (left <= 0) return text;
    }
    return '';
  }

  return {
    sent: () => sent,
    refused: () => refused,
    stop() {
      for (const timer of timers) clearInterval(timer);
      emulator.faults.clear();
      for (const { id } of emulator.operators.list()) emulator.operators.setStatus(id, 'online');
      operators.unref();
    },
  };
}
