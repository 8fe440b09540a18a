/** `npm run schema`: the JSON schema of `bot.json` for editors, made of the schema that the runtime checks it with. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { botSchema, SCRIPT_TYPE_WORDS } from '../runtime-shim/bot/load/bot-schema.ts';
import { COMMAND_SCHEMAS, type CommandType } from '../runtime-shim/bot/load/command-schema.ts';

/** Shown by an editor beside a command's type. */
const COMMANDS: Partial<Readonly<Record<CommandType, string>>> = {
  send_text: 'Отправить текст',
  send_image: 'Отправить картинку по ссылке',
  send_file: 'Отправить файл по ссылке',
  set_lead_status: 'Поставить лиду статус',
  run_sentence: 'Запустить другой скрипт и вернуться',
  value_input: 'Спросить и записать ответ в атрибут лида',
  add_lead_tags: 'Добавить лиду метки',
  remove_lead_tags: 'Убрать метки лида',
  repeat_sentence: 'Показать последнее меню ещё раз',
  run_javascript: 'Выполнить файл JavaScript',
  stop: 'Закончить всё, что началось с этого сообщения',
  forward_to_operator: 'Перевести на оператора',
  return_to_bot: 'Вернуть диалог боту',
};

/** Shown by an editor beside a key: of the bot, of a script, of a route. */
const KEYS = {
  bot: {
    id: 'Код бота: часть идентификатора лида в LiveTex, меняться не должен',
    name: 'Название бота, макрос {{ $botName }}',
    timeZone: 'Часовой пояс скриптов, например Europe/Moscow',
    scripts: 'Скрипты; новый лид начинает со скрипта start',
    routes: 'Маршруты: что запускает текст лида, первый подошедший',
    channels: 'Есть ли в канале кнопки',
    libraries: 'Другие имена библиотек бота',
  },
  script: {
    code: 'Код скрипта, по нему его запускают',
    type: 'Тип: когда скрипт запускается сам',
    name: 'Название для людей',
    commands: 'Команды по порядку',
    menu: 'Меню после команд',
  },
  route: {
    regex: 'Регулярное выражение без косых черт; регистр не важен',
    script: 'Код или тип скрипта',
    actsDuringTransfer: 'Действует при переводе на оператора',
  },
} as const;

type Schema = z.core.JSONSchema.BaseSchema;

/** What an editor completes and checks `bot.json` with. What needs the whole folder (codes, files, code) `check` tells. */
export function botJsonSchema(): Schema {
  const commands = new Map<unknown, string | undefined>(
    Object.entries(COMMAND_SCHEMAS).map(([type, schema]) => [schema, COMMANDS[type as CommandType]]),
  );
  const made = z.toJSONSchema(botSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const description = commands.get(zodSchema);
      if (description !== undefined) jsonSchema.description = description;
    },
  });
  // What has one schema has one object: a description of one key must not be another's.
  const root = JSON.parse(JSON.stringify(made)) as Schema;
  describeKeys(root, KEYS.bot);
  describeKeys(itemsOf(root, 'scripts'), KEYS.script);
  describeKeys(itemsOf(root, 'routes'), KEYS.route);
  const type = propertyOf(itemsOf(root, 'scripts'), 'type');
  type.enum = [...SCRIPT_TYPE_WORDS];
  return root;
}

function describeKeys(schema: Schema, texts: Readonly<Record<string, string>>): void {
  for (const [key, text] of Object.entries(texts)) propertyOf(schema, key).description = text;
}

function itemsOf(schema: Schema, key: string): Schema {
  const { items } = propertyOf(schema, key);
  if (typeof items !== 'object' || Array.isArray(items)) throw new Error(`"${key}" is no list`);
  return items;
}

function propertyOf(schema: Schema, key: string): Schema {
  const property = schema.properties?.[key];
  if (typeof property !== 'object') throw new Error(`there is no key "${key}" in the schema`);
  return property;
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', 'bot.schema.json');
  await writeFile(file, `${JSON.stringify(botJsonSchema(), null, 2)}\n`);
}
