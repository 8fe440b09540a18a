/** What a script's error means and what to do, by its code. The message itself stays as the engine and `docs/errors.md` have it. */
export const scriptHintsRu = {
  script_syntax: 'Ошибка в записи: скобка, кавычка или запятая не на месте.',
  script_error: 'Скрипт упал на этой строке. Проверьте имена: регистр букв важен.',
  script_timeout: 'Скрипт считал слишком долго. Проверьте условие цикла.',
  script_deadline: 'Скрипт не закончился вовремя. Проверьте циклы и число обращений к LiveTex.',
  script_memory: 'Скрипту не хватило памяти. Не собирайте всё в один массив.',
  script_host_calls: 'Слишком много обращений из одного скрипта.',
  script_result_too_large: 'Скрипт вернул, записал или отправил слишком много.',
  script_attributes_full: 'У лида или бота накопилось слишком много атрибутов. Удалите лишние.',
  script_async: 'Пишите без async, await и then: вызовы и так синхронные.',
  script_argument: 'Вызов принимает другие аргументы.',
  script_unsupported: 'Этой возможности платформы в симуляторе нет.',
  script_host_failed: 'Платформа не выполнила вызов. Попробуйте ещё раз.',
  script_library_missing: 'Положите файл библиотеки в папку libraries.',
  script_unknown: 'Скрипта с таким кодом нет. Возьмите код из bot.json.',
  script_loop: 'Скрипты запускают друг друга по кругу.',
  attr_key_invalid: 'Имя атрибута — непустая строка.',
  attr_value_invalid: 'Значение атрибута — строка, число, true, false или null. Вместо объекта передайте его поле.',
  attr_argument_invalid: 'Нужен объект: { ключ: значение }.',
};

/** How a request to LiveTex failed, by its code. */
export const requestErrorsRu = {
  livetex_unreachable: 'LiveTex недоступен',
  livetex_timeout: 'LiveTex не ответил вовремя',
  livetex_token_refused: 'LiveTex не принял токен',
  livetex_method_forbidden: 'LiveTex не разрешает этот метод',
  livetex_refused: 'LiveTex отказал',
  livetex_rate_limited: 'LiveTex просит подождать',
  livetex_failed: 'сбой на стороне LiveTex',
  livetex_answer_invalid: 'ответ LiveTex не разобрать',
  livetex_no_group: 'в LiveTex нет группы операторов',
  aborted: 'запрос прерван',
};
