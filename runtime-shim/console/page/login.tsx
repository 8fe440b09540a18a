import { useState } from 'preact/hooks';
import type { Language } from '../../page/parts/language.ts';
import { useStored } from '../../page/parts/setting.ts';
import { ask, type Failure } from './state/api.ts';
import type { SessionView } from '../records/session-records.ts';
import type { Texts } from './texts/ru.ts';

interface Props {
  readonly texts: Texts;
  readonly language: Language;
  readonly switches: preact.ComponentChild;
  readonly onSession: (session: SessionView) => void;
}

/** Who are you, and what is the token? */
export function Login({ texts, language, switches, onSession }: Props) {
  const [name, setName] = useStored<string>('console.name', '', 'local');
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask<SessionView>('POST', '/session', { body: { name, token } });
    setBusy(false);
    if (answer.ok) onSession(answer.value);
    else setFailure(answer.failure);
  };
  const isTokenWrong = failure?.code === 'console_token_wrong';
  return (
    <main class="alone">
      <form
        class="card login"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <div class="login-title">
          <img src="/console/icon.svg" alt="" width="32" height="32" />
          <h1>{texts.title}</h1>
          <span class="push">{switches}</span>
        </div>
        <label class="field">
          <span>{texts.login.name}</span>
          <input
            type="text"
            name="name"
            autocomplete="username"
            required
            maxLength={100}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <small>{texts.login.nameHint}</small>
        </label>
        <label class="field">
          <span>{texts.login.token}</span>
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            value={token}
            aria-invalid={isTokenWrong}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <small>{texts.login.tokenHint}</small>
        </label>
        <div role="alert">{failure !== null && <p class="problem">{failure.text[language]}</p>}</div>
        <button type="submit" class="primary" disabled={busy}>
          {texts.login.enter}
        </button>
      </form>
    </main>
  );
}
