import type { Catalogue, Text } from '../../../plugin/contract/text.ts';

/** What is said about a bot folder that cannot be loaded. In Russian a file's or value's name stands before the reason. */
export const LOAD_TEXTS = {
  moreProblems: {
    en: 'there are more problems: mend these first',
    ru: 'есть и другие ошибки: сначала исправьте эти',
  },

  // Files and folders.
  noSuchFolder: { en: 'there is no such folder', ru: 'такой папки нет' },
  fileNamed: {
    en: 'a file was named: name the folder that it lies in',
    ru: 'назван файл: назовите папку, в которой он лежит',
  },
  noSuchFile: { en: 'there is no such file', ru: 'такого файла нет' },
  noPermission: { en: 'may not be read (no permission)', ru: 'нельзя прочитать (нет прав)' },
  linkToItself: { en: 'is a link that leads to itself', ru: 'это ссылка на саму себя' },
  notUtf8: { en: 'is not valid UTF-8: save it in the encoding UTF-8', ru: 'не в UTF-8: сохраните в кодировке UTF-8' },
  unreadable: (code: string | undefined): Text => ({
    en: `cannot be read (${code ?? 'unknown reason'})`,
    ru: `нельзя прочитать (${code ?? 'причина неизвестна'})`,
  }),
  notRelative: { en: 'must be a path relative to the bot folder', ru: 'нужен путь от папки бота' },
  leavesFolder: { en: 'must not leave the bot folder', ru: 'нельзя выходить из папки бота' },
  linkOutside: { en: 'is a link to a place outside the bot folder', ru: 'это ссылка за пределы папки бота' },
  notFile: { en: 'is not a file', ru: 'это не файл' },
  notFolder: { en: 'is a file, a folder is needed', ru: 'это файл, а нужна папка' },
  largerThan: (bytes: number): Text => ({ en: `is larger than ${bytes} bytes`, ru: `больше ${bytes} байт` }),
  notScript: { en: 'is not a .js file', ru: 'это не файл .js' },
  oneTooMany: (chars: number): Text => ({
    en: `is one too many: the scripts of one bot have at most ${chars} characters together`,
    ru: `уже лишний: все скрипты бота вместе занимают не больше ${chars} знаков`,
  }),
  named: (file: string, reason: Text): Text => ({ en: `"${file}" ${reason.en}`, ru: `"${file}": ${reason.ru}` }),
  pastesTooMuch: (chars: number): Text => ({
    en: `the snippets of this bot paste more than ${chars} characters into its scripts and conditions: use require`,
    ru: `вставки snippet этого бота добавляют в скрипты и условия больше ${chars} знаков: возьмите require`,
  }),

  // Libraries.
  libraryFileName: {
    en: 'a library\'s file is named "Business.<Plugin>.<Script>.js", a stand-in for one of the vendor\'s "Common.<Plugin>.<Script>.js"',
    ru: 'файл библиотеки называется "Business.<Plugin>.<Script>.js", замена библиотеки платформы — "Common.<Plugin>.<Script>.js"',
  },
  libraryItself: (name: string): Text => ({
    en: `"${name}" is the name of a library itself`,
    ru: `"${name}" — имя самой библиотеки`,
  }),
  unknownLibrary: (name: string, guess: Text, known: Text): Text => ({
    en: `there is no library "${name}"${guess.en}; known: ${known.en}`,
    ru: `библиотеки "${name}" нет${guess.ru}; есть: ${known.ru}`,
  }),

  // Tables.
  tableFileName: {
    en: 'a table\'s file is named "<code>.json"',
    ru: 'файл таблицы называется "<код>.json"',
  },
  tableTooLarge: (limit: number): Text => ({
    en: `has more than ${limit} characters of rows as JSON`,
    ru: `строки как JSON длиннее ${limit} знаков`,
  }),
  tablesTooLarge: (limit: number): Text => ({
    en: `is one too many: the tables of one bot begin with at most ${limit} characters together`,
    ru: `уже лишний: все таблицы бота вместе начинаются не больше чем с ${limit} знаков`,
  }),
  tooManyTables: (limit: number): Text => ({
    en: `is one too many: a bot begins with at most ${limit} tables`,
    ru: `уже лишняя: у бота вначале не больше ${limit} таблиц`,
  }),

  // `bot.json`.
  keyTwice: {
    en: 'this key stands twice in the same object',
    ru: 'этот ключ стоит в объекте дважды',
  },
  codeTwice: (code: string): Text => ({
    en: `an earlier script has the code "${code}" too`,
    ru: `код "${code}" уже есть у скрипта выше`,
  }),
  aliasTwice: (alias: string): Text => ({
    en: `an earlier endpoint has the alias "${alias}" too`,
    ru: `alias "${alias}" уже есть у вызова выше`,
  }),
  itemTwice: (code: string): Text => ({
    en: `an earlier item of this menu has the code "${code}" too`,
    ru: `код "${code}" уже есть у пункта выше в этом меню`,
  }),
  noStart: (code: string): Text => ({
    en: `there is no script with the code "${code}": a new lead starts with it`,
    ru: `нет скрипта с кодом "${code}": с него начинает новый лид`,
  }),
  inCondition: (wrong: Text, line: number, column: number): Text => ({
    en: `${wrong.en} (line ${line}, column ${column} of the condition)`,
    ru: `${wrong.ru} (строка ${line}, столбец ${column} условия)`,
  }),
  unknownScript: (name: string, guess: Text, known: Text): Text => ({
    en: `there is no script "${name}"${guess.en}; known: ${known.en}`,
    ru: `скрипта "${name}" нет${guess.ru}; есть: ${known.ru}`,
  }),
  noScriptOfType: (name: string, type: string): Text => ({
    en: `there is no script of the type "${name}" (${type})`,
    ru: `нет скрипта типа "${name}" (${type})`,
  }),
  invalidExpression: (expression: string, words: Text): Text => ({
    en: `invalid regular expression ${expression}: ${words.en}`,
    ru: `неверное регулярное выражение ${expression}: ${words.ru}`,
  }),
  unknownKey: (key: string, guess: Text, known: string): Text => ({
    en: `unknown key "${key}"${guess.en}; known: ${known}`,
    ru: `неизвестный ключ "${key}"${guess.ru}; есть: ${known}`,
  }),
  commandNeedsType: (known: string): Text => ({
    en: `a command needs a "type": one of ${known}`,
    ru: `команде нужен "type", один из: ${known}`,
  }),
  unknownCommand: (shown: Text, guess: Text, known: string): Text => ({
    en: `unknown command type ${shown.en}${guess.en}; known: ${known}`,
    ru: `неизвестный тип команды ${shown.ru}${guess.ru}; есть: ${known}`,
  }),
  unknownType: (name: string, guess: Text, known: string): Text => ({
    en: `unknown script type "${name}"${guess.en}; known: ${known}`,
    ru: `неизвестный тип скрипта "${name}"${guess.ru}; есть: ${known}`,
  }),
  got: (reason: Text, shown: Text): Text => ({
    en: `${reason.en}, got ${shown.en}`,
    ru: `${reason.ru}, а стоит ${shown.ru}`,
  }),
  list: { en: 'a list', ru: 'список' },
  object: { en: 'an object', ru: 'объект' },
  nothing: { en: 'nothing', ru: 'ничего' },
} satisfies Catalogue;
