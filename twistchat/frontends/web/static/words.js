/**
 * What the page says, in the language of whoever reads it.
 *
 * Those that are needed at once are in `words/en.js` and `words/zh.js`, of which one is fetched. Parts that are
 * fetched later bring their own (`words/PART.js`) and add them: `app.words.add(partWords)`. Keys begin with the
 * name of their part. A word is a text with `{places}`, or, where a number decides, an object by
 * the forms that the language has: `{one: '{count} line', other: '{count} lines'}`.
 *
 * The language stays while the page is loaded; another one is taken by loading it again.
 */

/** What `lang` says of each language. */
export const LANGUAGES = { en: 'en', zh: 'zh-CN' };

/** The words in the language that is set, or wished, as soon as they are here. @returns {Promise<Words>} */
export async function fetchWords(given) {
  const words = new Words(given);
  const { enWords, zhWords } = await (words.language === 'zh' ? import('./words/zh.js') : import('./words/en.js'));
  words.learn(zhWords ?? enWords);
  return words;
}

/** Which of ours suits best those that a browser wishes. */
export function suiting(wished) {
  for (const tag of wished) {
    const own = tag.toLowerCase().split('-')[0];
    if (Object.hasOwn(LANGUAGES, own)) {
      return own;
    }
  }
  return 'en';
}

export class Words {
  #table = {};
  #plural;
  #formats = new Map();

  /** Say it: `t('log.new', {count: 3})`. `t.nodes` and `t.error` are methods of it. */
  t;

  /**
   * @param {{language: string, wished?: string[]}} given `language`: `auto`, or one of LANGUAGES
   */
  constructor({ language, wished = [] }) {
    this.language = Object.hasOwn(LANGUAGES, language) ? language : suiting(wished);
    this.tag = LANGUAGES[this.language];
    // Whoever reads British English wants British dates.
    this.dates = wished.find((tag) => suiting([tag]) === this.language && tag.startsWith(this.language)) ?? this.tag;
    this.#plural = new Intl.PluralRules(this.tag);
    this.t = (key, values = {}) => this.#pieces(key, values).join('');
    this.t.nodes = (key, values = {}) => this.#pieces(key, values);
    this.t.error = (line) => this.error(line);
    this.t.has = (key) => key in this.#table;
  }

  /** Add the words of a part, in both languages. */
  add({ en, zh }) {
    this.learn(this.language === 'zh' ? zh : en);
  }

  /** Add words in the language that is spoken. */
  learn(table) {
    Object.assign(this.#table, table);
  }

  /**
   * Say what was refused, and what would do: by its code, or as the server says it.
   * @param {{code: string, text?: string, about?: unknown, hint?: unknown, until?: number}} line
   */
  error(line) {
    const { code = '', about, hint, until } = line ?? {};
    const values = { about: about ?? '', hint: hint ?? '', until: until ? this.when(until) : '' };
    if (/^\d+(\.\d+)?$/.test(hint)) {
      values.count = Math.ceil(hint);
    }
    for (const key of [until && `error.${code}+until`, `error.${code}`]) {
      if (key && key in this.#table) {
        return this.t(key, values).trim();
      }
    }
    return line?.text || this.t('error.other', { about: code || String(line) });
  }

  /** The time of day. @param {number} time seconds since 1970 */
  time(time) {
    return this.#date('time', { timeStyle: 'short' }).format(time * 1000);
  }

  /** The day, with the year where it is another one. */
  day(time) {
    const isThisYear = new Date(time * 1000).getFullYear() === new Date().getFullYear();
    const year = isThisYear ? undefined : 'numeric';
    return this.#date(`day${year}`, { weekday: 'long', day: 'numeric', month: 'long', year }).format(time * 1000);
  }

  /** Day and time, short; of today only the time. */
  when(time) {
    if (new Date(time * 1000).toDateString() === new Date().toDateString()) {
      return this.time(time);
    }
    return this.#date('when', { dateStyle: 'medium', timeStyle: 'short' }).format(time * 1000);
  }

  /** Day and time in full, for titles. */
  moment(time) {
    return this.#date('moment', { dateStyle: 'full', timeStyle: 'medium' }).format(time * 1000);
  }

  /** @param {number} value */
  number(value) {
    return this.#kept('number', () => new Intl.NumberFormat(this.dates)).format(value);
  }

  /** Several names as one says them: `ada, bob and 小明`. */
  list(names) {
    return this.#kept('list', () => new Intl.ListFormat(this.tag, { type: 'conjunction' })).format(names);
  }

  /** How long: `10 minutes`, in the largest unit that it fills. */
  duration(seconds) {
    const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? UNITS.at(-1);
    const given = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 };
    return this.#kept(unit, () => new Intl.NumberFormat(this.dates, given)).format(seconds / length);
  }

  #date(name, given) {
    return this.#kept(name, () => new Intl.DateTimeFormat(this.dates, given));
  }

  #kept(name, make) {
    let made = this.#formats.get(name);
    if (!made) {
      this.#formats.set(name, (made = make()));
    }
    return made;
  }

  #pieces(key, values) {
    let text = this.#table[key] ?? key;
    if (typeof text === 'object') {
      text = text[this.#plural.select(Number(values.count))] ?? text.other;
    }
    return text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 ? this.#place(values, piece) : piece));
  }

  #place(values, name) {
    const value = values[name];
    return typeof value === 'number' ? this.number(value) : (value ?? '');
  }
}

const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];
