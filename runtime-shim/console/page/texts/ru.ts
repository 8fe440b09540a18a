import { pagesRu } from './pages-ru.ts';
import { channelsRu } from './channels-ru.ts';

/** The console's texts in Russian, and the shape that every language has. */
export const ru = {
  title: 'Консоль metabot-livetex',
  nav: 'Страницы консоли',
  skip: 'К содержимому',
  loading: 'Загружаю…',
  offline: 'Нет связи с сервером, пробую снова…',
  again: 'Ещё раз',
  further: 'Показать ещё',
  cancel: 'Отмена',
  logOut: 'Выйти',
  thisMachine: 'эта машина',
  roles: { admin: 'администратор', viewer: 'только просмотр' },
  pages: {
    channels: 'Каналы',
    dialogs: 'Диалоги',
    queue: 'Очередь',
    report: 'Отчёт',
    bot: 'Бот',
    system: 'Проверка системы',
    audit: 'Журнал',
  },
  login: {
    name: 'Ваше имя',
    nameHint: 'Так вас запишут в журнал изменений.',
    token: 'Токен',
    tokenHint: 'http.adminToken из настроек сервера, для просмотра — http.viewerToken.',
    enter: 'Войти',
  },
  audit: {
    about: 'Кто, когда и что изменил. Хранится 400 дней, токенов, ключей и текстов лидов здесь нет.',
    when: 'Когда',
    who: 'Кто',
    what: 'Что',
    about_: 'О чём',
    deeds: {
      login: 'вход',
      logout: 'выход',
      binding_added: 'новая привязка',
      binding_changed: 'привязка изменена',
      binding_removed: 'привязка удалена',
      webhook_set: 'вебхук установлен',
      webhook_removed: 'вебхук удалён',
      channel_set: 'мессенджер настроен',
      dialog_returned: 'диалог возвращён боту',
      dialog_transferred: 'диалог переведён на оператора',
      job_resend: 'сообщение отправлено снова',
      job_retry: 'сообщение повторено сразу',
      job_drop: 'сообщение убрано',
      dead_resend: 'отправлены снова все с одной причиной',
      dead_drop: 'убраны все с одной причиной',
      queue_retried: 'всё застрявшее повторено сразу',
    },
  },
  channels: channelsRu,
  ...pagesRu,
};

export type Texts = typeof ru;
