/** What the chat says by itself, in both languages. */
import type { Line } from './talk-shapes.ts';

const ru = {
  title: 'Чат',
  log: 'Сообщения',
  close: 'Закрыть чат',
  write: 'Ваше сообщение',
  send: 'Отправить',
  soundOn: 'Включить звук',
  soundOff: 'Выключить звук',
  newMessages: 'Новые сообщения',
  hello: 'Напишите нам: мы на связи.',
  waiting: 'Ждём оператора',
  withOperator: (name: string) => `С вами говорит ${name}`,
  connecting: 'Соединяемся…',
  offline: 'Нет связи: сообщения уйдут, когда она вернётся',
  forbidden: 'На этом сайте чат не настроен',
  sending: 'отправляется',
  tooMany: 'Слишком много сообщений сразу: отправим чуть позже',
  refused: 'Сообщение не принято: оно слишком длинное или в нём недопустимые знаки',
  attach: 'Прикрепить файл',
  fileRefused: 'Такой файл не принимается, или для него нет места',
  fileTooLarge: 'Файл слишком большой',
  edited: 'исправлено',
  you: 'Вы',
  bot: 'Бот',
  operator: 'Оператор',
  notice: 'Чат',
  file: { image: 'изображение', video: 'видео', audio: 'аудио', file: 'файл' },
};
export type WidgetTexts = typeof ru;
const en: WidgetTexts = {
  title: 'Chat',
  log: 'Messages',
  close: 'Close the chat',
  write: 'Your message',
  send: 'Send',
  soundOn: 'Turn the sound on',
  soundOff: 'Turn the sound off',
  newMessages: 'New messages',
  hello: 'Write to us: we are here.',
  waiting: 'Waiting for an operator',
  withOperator: (name) => `${name} is with you`,
  connecting: 'Connecting…',
  offline: 'No connection: messages will leave when it is back',
  forbidden: 'This site has no chat set up',
  sending: 'being sent',
  tooMany: 'Too many messages at once: they will leave a little later',
  refused: 'The message was not accepted: it is too long, or has signs that it may not have',
  attach: 'Attach a file',
  fileRefused: 'This kind of file is not taken, or there is no room for it',
  fileTooLarge: 'The file is too large',
  edited: 'corrected',
  you: 'You',
  bot: 'Bot',
  operator: 'Operator',
  notice: 'Chat',
  file: { image: 'picture', video: 'video', audio: 'audio', file: 'file' },
};
export const TEXTS: Readonly<Record<'ru' | 'en', WidgetTexts>> = { ru, en };

/** Who said a line. */
export function authorOf({ from, operator }: Pick<Line, 'from' | 'operator'>, texts: WidgetTexts): string {
  if (from === 'lead') return texts.you;
  return from === 'operator' ? (operator ?? texts.operator) : texts[from];
}
