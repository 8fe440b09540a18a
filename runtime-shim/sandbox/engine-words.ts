import { same, type Text } from '../../plugin/contract/text.ts';

/**
 * What V8 says about an author's mistake, in Russian. V8 has its words in English only; they are the keys here, with `(.+)`
 * for what they are about. Only what authors meet is here: any other message stays as it is. The name of the error before it
 * (`TypeError`) is a code that authors look up, and stays.
 */
const WORDS: Words = [
  // While a script runs.
  [/^(.+) is not defined$/, 'имени $1 нет'],
  [/^(.+) is not a function$/, '$1 — не функция'],
  [/^(.+) is not a constructor$/, '$1 — не класс, new здесь не работает'],
  [/^(.+) is not iterable(?: \(.*\))?$/, '$1 — не список, перебрать это нельзя'],
  [/^Cannot read properties of (undefined|null) \(reading '(.*)'\)$/, 'нельзя взять "$2": перед ним $1, а не объект'],
  [/^Cannot set properties of (undefined|null) \(setting '(.*)'\)$/, 'нельзя записать "$2": перед ним $1, а не объект'],
  [/^Cannot destructure property '(.*)' of '(.*)' as it is (undefined|null)\.$/, 'нельзя взять "$1" из $2: там $3'],
  [/^Cannot destructure '(.*)' as it is (undefined|null)\.$/, 'нельзя разобрать $1: там $2'],
  [/^Cannot convert undefined or null to object$/, 'undefined и null — не объекты'],
  [/^Cannot convert object to primitive value$/, 'объект нельзя превратить в текст или число'],
  [/^Cannot access '(.*)' before initialization$/, '$1 используется раньше, чем объявлено'],
  [/^Cannot use 'in' operator to search for '(.*)' in (.*)$/, 'in ищет "$1" в том, что не объект: $2'],
  [/^Assignment to constant variable\.$/, 'const нельзя присвоить другое значение'],
  [/^Cannot assign to read only property '(.*)' of object '(.*)'$/, 'свойство "$1" у $2 нельзя менять'],
  [/^Cannot add property (.*), object is not extensible$/, 'объекту нельзя добавить свойство "$1"'],
  [/^Cannot delete property '(.*)' of (.*)$/, 'свойство "$1" у $2 нельзя удалить'],
  [/^Converting circular structure to JSON[\s\S]*$/, 'объект содержит сам себя, в JSON его не превратить'],
  [/^Reduce of empty array with no initial value$/, 'reduce пустого списка без начального значения'],
  [/^Maximum call stack size exceeded$/, 'функции вызывают друг друга слишком глубоко: возможно, без конца'],
  [/^Invalid array length$/, 'у списка не может быть такой длины'],
  [/^Invalid string length$/, 'текст слишком длинный'],
  [/^Invalid time value$/, 'это не дата'],
  [/^Invalid time zone specified: (.*)$/, 'нет такого часового пояса: $1'],
  [/^Invalid count value: (.*)$/, 'не может быть столько раз: $1'],
  [/^toFixed\(\) digits argument must be between 0 and 100$/, 'toFixed принимает от 0 до 100 знаков'],
  [/^Unexpected end of JSON input$/, 'JSON оборвался'],
  [/^"(undefined)" is not valid JSON$/, 'это не JSON: undefined'],
  [/^"\[object Object\]" is not valid JSON$/, 'это не JSON, а уже объект: JSON.parse не нужен'],
  [/^Unexpected token '?(.+?)'?, ([\s\S]*) is not valid JSON$/, 'это не JSON: лишнее или неожиданное "$1" в $2'],
  [/^(?:Expected|Unexpected) .* in JSON at position (\d+)(?: .*)?$/, 'это не JSON: ошибка на знаке $1'],
  [/^Class constructor (.*) cannot be invoked without 'new'$/, 'класс $1 вызывают с new'],
  [/^Cannot mix BigInt and other types, use explicit conversions$/, 'BigInt не складывают с обычными числами'],
  // While a script is read.
  [/^Unexpected token '(.+)'$/, 'лишнее или неожиданное "$1"'],
  [/^Unexpected identifier '(.+)'$/, 'неожиданное имя $1: перед ним чего-то не хватает'],
  [/^Unexpected (?:string|template string)$/, 'неожиданный текст: перед ним чего-то не хватает'],
  [/^Unexpected number$/, 'неожиданное число: перед ним чего-то не хватает'],
  [/^Unexpected end of input$/, 'скрипт оборвался: не хватает закрывающей скобки'],
  [/^Unexpected strict mode reserved word$/, 'это слово занято языком'],
  [/^Unexpected reserved word$/, 'это слово занято языком'],
  [/^Invalid or unexpected token$/, 'лишний знак или незакрытая кавычка'],
  [/^Unterminated template literal$/, 'не закрыт текст в обратных кавычках `'],
  [/^Unterminated string in JSON at position (\d+)(?: .*)?$/, 'это не JSON: не закрыта кавычка, знак $1'],
  [/^missing \) after argument list$/, 'не хватает закрывающей скобки после аргументов'],
  [/^missing \) after condition$/, 'не хватает закрывающей скобки после условия'],
  [/^Missing initializer in (const|destructuring) declaration$/, 'при объявлении ($1) нужно значение'],
  [/^Missing catch or finally after try$/, 'после try нужен catch или finally'],
  [/^Identifier '(.*)' has already been declared$/, 'имя $1 уже объявлено'],
  [/^Invalid left-hand side in assignment$/, 'слева от = стоит то, чему нельзя присвоить'],
  [/^Invalid left-hand side expression in (?:prefix|postfix) operation$/, '++ и -- работают только с переменной'],
  [/^Invalid destructuring assignment target$/, 'сюда нельзя присвоить'],
  [/^Invalid shorthand property initializer$/, 'в объекте после ключа нужно двоеточие, а не ='],
  [/^Illegal (break|continue) statement(?:: .*)?$/, '$1 стоит не в цикле'],
  [/^Illegal return statement$/, 'return стоит не в функции'],
  [/^Undefined label '(.*)'$/, 'нет метки $1'],
  [/^Malformed arrow function parameter list$/, 'неверные скобки у функции =>'],
  [/^Function statements require a function name$/, 'у функции нет имени'],
  [/^Rest parameter must be last formal parameter$/, '...параметр должен стоять последним'],
  [/^Cannot use import statement outside a module$/, 'import здесь нет: библиотеки берут через require'],
  [/^Cannot use 'import\.meta' outside a module$/, 'import здесь нет: библиотеки берут через require'],
  [/^Delete of an unqualified identifier in strict mode\.$/, 'delete работает только со свойством объекта'],
  [/^(.+) expected$/, 'здесь нужно $1'],
];

/** `TypeError: `, or what stands before a value that is no error. */
const NAME = /^((?:[A-Z]\w*)?Error: )?([\s\S]*)$/;
const UNCAUGHT = 'Uncaught ';

/** An error's words as the engine wrote them, and in Russian where we know them. */
export function engineText(message: string): Text {
  if (message.startsWith(UNCAUGHT)) {
    return { en: message, ru: `скрипт бросил не ошибку, а значение: ${message.slice(UNCAUGHT.length)}` };
  }
  const [, name = '', words = ''] = NAME.exec(message) ?? [];
  // Hundreds of characters of an author's own cannot be V8's words, which repeat little.
  if (words.length > MAX_WORDS) return same(message);
  const [, expression, wrong = ''] = EXPRESSION.exec(words) ?? [];
  if (expression !== undefined) {
    return { en: message, ru: `${name}неверное регулярное выражение ${expression}: ${expressionText(wrong).ru}` };
  }
  return { en: message, ru: `${name}${translated(words, WORDS)}` };
}

/** What V8 says of a regular expression, without the expression. */
export function expressionText(words: string): Text {
  return { en: words, ru: translated(words, EXPRESSION_WORDS) };
}

type Words = ReadonlyArray<readonly [RegExp, string]>;

function translated(words: string, known: Words): string {
  const found = known.find(([english]) => english.test(words));
  return found === undefined ? words : words.replace(...found);
}

const EXPRESSION = /^Invalid regular expression: (\/[\s\S]*\/\w*): (.*)$/;

/** V8's own list: https://github.com/v8/v8/blob/main/src/regexp/regexp-error.h */
const EXPRESSION_WORDS: Words = [
  [/^Unterminated group$/, 'не закрыта скобка ('],
  [/^Unmatched '\)'$/, 'лишняя скобка )'],
  [/^Unterminated character class$/, 'не закрыта скобка ['],
  [/^Nothing to repeat$/, 'знаку повторения нечего повторять'],
  [/^Lone quantifier brackets$/, 'скобки { } здесь лишние: поставьте перед ними \\'],
  [/^Incomplete quantifier$/, 'в скобках { } не хватает числа'],
  [/^numbers out of order in \{\} quantifier$/, 'числа в { } стоят не по порядку'],
  [/^Invalid escape$/, 'после \\ стоит не тот знак'],
  [/^Invalid Unicode escape$/, 'после \\u стоит не код знака'],
  [/^Invalid unicode escape$/, 'после \\u стоит не код знака'],
  [/^\\ at end of pattern$/, 'в конце лишний \\'],
  [/^Range out of order in character class$/, 'знаки в [ ] стоят не по порядку'],
  [/^Invalid character class$/, 'неверный набор знаков в [ ]'],
  [/^Invalid character in character class$/, 'неверный знак в [ ]'],
  [/^Invalid group$/, 'неверное начало скобки (?'],
  [/^Invalid capture group name$/, 'неверное имя группы'],
  [/^Duplicate capture group name$/, 'имя группы стоит дважды'],
  [/^Invalid named reference$/, 'неверная ссылка на группу'],
  [/^Invalid named capture referenced$/, 'ссылка на группу, которой нет'],
  [/^Invalid property name$/, 'неизвестное свойство в \\p{ }'],
  [/^Invalid property name in character class$/, 'неизвестное свойство в \\p{ }'],
  [/^Invalid class escape$/, 'после \\ стоит не тот знак'],
  [/^Invalid decimal escape$/, 'ссылка на группу, которой нет'],
  [/^Invalid quantifier$/, 'неверное повторение'],
  [/^Invalid flags$/, 'неверные флаги'],
  [/^Regular expression too large$/, 'выражение слишком большое'],
];

const MAX_WORDS = 500;
