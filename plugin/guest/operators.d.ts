/** Что скрипт видит из LiveTex: операторы, переводы, сообщения; подключается из `livetex.d.ts`. */

/** Группа операторов. */
interface LiveTexGroup {
  readonly id: string;
  readonly name: string;
  readonly online: boolean;
  readonly free: boolean;
}

/** LiveTex. Действия выполняются, когда скрипт закончится без ошибки. */
interface LiveTex {
  /**
   * Группы операторов в порядке LiveTex; пока LiveTex не отвечает, пусто. `online` — кто-то со статусом «Доступен»,
   * `free` — кто-то может взять новый диалог (до версии API 1.2 то же, что `online`).
   * @example
   * for (var группа of livetex.getGroups()) console.log(группа.name, группа.free);
   */
  getGroups(): LiveTexGroup[];
  /**
   * Может ли кто-то взять новый диалог: в группе с этим именем или номером, без неё — там, куда пойдёт перевод.
   * @example
   * if (!livetex.hasFreeOperators('Продажи')) bot.sendMessage('Все менеджеры заняты, ответят через несколько минут');
   */
  hasFreeOperators(group?: string | number): boolean;
  /**
   * Рабочее ли сейчас время по расписанию привязки (`schedule`); без расписания — всегда.
   * @example
   * if (!livetex.isWorkingTime()) bot.sendMessage('Мы работаем с 9 до 18');
   */
  isWorkingTime(): boolean;
  /**
   * Есть ли сейчас хотя бы один оператор со статусом «Доступен»: в группе с этим именем или номером, без неё — там, куда пойдёт
   * перевод (группа привязки и запасные).
   * @example
   * if (livetex.hasOnlineOperators()) livetex.transferToOperator();
   * else bot.sendMessage('Операторы вернутся завтра');
   */
  hasOnlineOperators(group?: string | number): boolean;
  /**
   * Запускает скрипт типа «Перевод на оператора (онлайн)» или «(оффлайн)»: смотря есть ли операторы.
   * @example
   * livetex.runTransferScript();
   */
  runTransferScript(): void;
  /**
   * Переводит диалог на оператора группы с этим именем или номером. Если такой в LiveTex нет, диалог идёт в группу привязки, а в
   * журнале стоит, какие есть.
   * @example
   * lead.setLiveTexAttr('тема', 'Оплата');
   * livetex.transferToOperator('Продажи');
   */
  transferToOperator(group: string | number): void;
  /**
   * Переводит диалог на оператора: в какую группу, в какие запасные, если в ней никого, и почему.
   * @example
   * livetex.transferToOperator({ group: 'Продажи', reserve: ['Дежурные'], reason: 'большой заказ' });
   */
  transferToOperator(wishes?: LiveTexTransferWishes): void;
  /**
   * Возвращает диалог боту.
   * @example
   * livetex.returnToBot();
   */
  returnToBot(): void;
  /**
   * Оставляет операторам сообщение: LiveTex получает диалог с историей, а отвечает по-прежнему бот. Когда оператор прочтёт или
   * напишет, диалог перейдёт к нему, как после перевода. Второе, пока первое не открыли, не нужно; перевод заменяет его.
   * @example
   * if (!livetex.isWorkingTime()) {
   *   livetex.leaveMessage({ group: 'Продажи', reason: 'вопрос ночью' });
   *   bot.sendMessage('Передал вопрос, ответим утром. А пока я здесь');
   * }
   */
  leaveMessage(wishes?: { readonly group?: string | number | null; readonly reason?: string | null }): void;
  /** @example livetex.leaveMessage('Продажи'); */
  leaveMessage(group: string | number): void;
  /**
   * Строка только для оператора, под своим заголовком: лид её не увидит. Пока диалог у бота, ничего не делает.
   * @example
   * livetex.notifyOperator('Клиент сменил тариф на «Базовый»');
   */
  notifyOperator(text: string | number): void;
  /**
   * Последний перевод этого лида, каким он стоит сейчас, или `null`, если переводов не было. В скрипте типа «Возврат» говорит,
   * почему он запущен.
   * @example
   * const last = livetex.getLastTransfer();
   * if (last !== null && last.endedBy === 'operator' && last.answeredAt !== null) bot.sendMessage('Оцените ответ от 1 до 5');
   */
  getLastTransfer(): LiveTexLastTransfer | null;
}

/** Как переводить. */
interface LiveTexTransferWishes {
  /** Группа: имя или номер; без неё группа привязки. */
  readonly group?: string | number | null;
  /** Запасные группы по порядку; без них запасные привязки, `[]` — никаких. */
  readonly reserve?: ReadonlyArray<string | number> | null;
  /** Перевести, даже если операторов нет или нерабочее время: диалог встанет в очередь группы. */
  readonly ignoreOffline?: boolean | null;
  /** Почему: оператор увидит это в заголовке диалога как «Причина». Не длиннее 500 знаков. */
  readonly reason?: string | null;
}

/** Перевод на оператора. Времена — миллисекунды, как у `Date.now()`; `null`: до этого не дошло. */
interface LiveTexLastTransfer {
  /** Который перевод этого лида, с 1. */
  readonly number: number;
  readonly reason: string | null;
  /** Имя группы, если LiveTex его сообщил, иначе её номер. */
  readonly group: string | null;
  /** Имя последнего оператора. */
  readonly operator: string | null;
  readonly requestedAt: number | null;
  /** LiveTex принял диалог. */
  readonly acceptedAt: number | null;
  /** Первый оператор открыл диалог. */
  readonly connectedAt: number | null;
  /** Первый ответ оператора. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  /**
   * Кто закончил: `operator` — закрыл диалог или ввёл `/bot`, `lead` — лид ушёл сам, `script` — бот забрал диалог,
   * `pickup_timeout` — никто не открыл, `reply_timeout` — оператор молчал, `refused` — LiveTex не принял; `null` — ещё идёт.
   */
  readonly endedBy: 'operator' | 'lead' | 'script' | 'pickup_timeout' | 'reply_timeout' | 'refused' | null;
}
