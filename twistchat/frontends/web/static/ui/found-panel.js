/** Search in the room that is shown: words, from whom, between which days. What is found leads to its line. */
import { el, fill, iconButton } from '../elements.js';
import { hue } from '../model/names.js';
import { writeHash } from '../view.js';
import { foundWords } from '../words/found.js';

/** So many are found at most: net/pages.js asks for no more. */
const MOST_FOUND = 50;

export class FoundPanel {
  #app;
  #conversation = null;
  #turn = 0;
  #title = el('h2', { id: 'found-title' });
  #status = el('p', { class: 'found-status', role: 'status' });
  #list = el('ol', { class: 'found-list' });
  #fields;
  #form;

  constructor(element, app) {
    this.#app = app;
    app.words.add(foundWords);
    const { t, view } = app;
    this.#fields = {
      words: el('input', { id: 'found-words', type: 'search', autocomplete: 'off', enterkeyhint: 'search' }),
      who: el('input', { id: 'found-who', type: 'text', autocomplete: 'off', placeholder: t('found.who.hint'), spellcheck: 'false' }),
      since: el('input', { id: 'found-since', type: 'date' }),
      until: el('input', { id: 'found-until', type: 'date' }),
    };
    const fields = Object.entries(this.#fields).map(([key, input]) =>
      el('div', { class: `field found-${key}` }, el('label', { for: input.id, text: t(`found.${key}`) }), input));
    this.#form = el('form', { class: 'found-form', role: 'search', on: { submit: (event) => this.#submitted(event) } },
      ...fields, el('button', { class: 'first', type: 'submit', text: t('found.search') }));
    element.setAttribute('aria-labelledby', 'found-title');
    const close = iconButton('close', t('found.close'), { on: { click: () => view.drawer(null) } });
    element.append(
      el('header', { class: 'found-head' }, this.#title, close),
      this.#form, this.#status, this.#list);
    this.#list.addEventListener('click', (event) => this.#clicked(event));
    view.opened.listen(({ conversation }) => this.#show(conversation));
    view.drawn.listen((name) => name === 'found' && this.focus());
    this.#show(app.chat.conversations.get(view.key) ?? null);
  }

  /** Begin to ask. */
  focus() {
    this.#fields.words.focus();
  }

  /** Look for words. */
  search(words) {
    this.#fields.words.value = words;
    this.#form.requestSubmit();
  }

  #show(conversation) {
    if (!conversation || conversation === this.#conversation) {
      return;
    }
    this.#turn += 1;
    this.#conversation = conversation;
    fill(this.#title, this.#app.t.nodes('found.title', { name: el('bdi', { text: conversation.name }) }));
    this.#say('');
    this.#list.replaceChildren();
  }

  async #submitted(event) {
    event.preventDefault();
    const { t, session } = this.#app;
    const wanted = asked(Object.fromEntries(Object.entries(this.#fields).map(([key, { value }]) => [key, value])));
    this.#list.replaceChildren();
    if (!wanted) {
      this.#say(t('found.nothing'), true);
      this.#fields.words.focus();
      return;
    }
    const turn = (this.#turn += 1);
    const conversation = this.#conversation;
    this.#say(t('found.searching'));
    try {
      const items = await session.search(conversation, wanted);
      if (turn === this.#turn) {
        this.#tell(items, wanted);
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#say(t.error(error), true);
      }
    }
  }

  #tell(items, { words = [] }) {
    const { t } = this.#app;
    const { length: count } = items;
    const isAll = count < MOST_FOUND || this.#conversation.kind === 'private';
    this.#say(count === 0 ? t('found.none') : t(isAll ? 'found.count' : 'found.most', { count }));
    fill(this.#list, [...items].reverse().map((item) => this.#row(item, words)));
  }

  #row(item, words) {
    const { key } = this.#conversation;
    return el('li', {},
      el('a', { class: 'found-row', href: writeHash(key, item.number), data: { number: String(item.number) } },
        el('bdi', { class: 'name', style: { '--hue': hue(item.who) }, text: item.who }),
        el('time', { datetime: new Date(item.time * 1000).toISOString(), text: this.#app.words.when(item.time) }),
        el('span', { class: 'found-text', dir: 'auto' }, pieces(item.text, words).map(([text, isFound]) =>
          isFound ? el('mark', { text }) : text))));
  }

  #clicked(event) {
    const row = event.target.closest('a[data-number]');
    if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.#app.view.open(this.#conversation.key, Number(row.dataset.number));
    }
  }

  #say(text, isWrong = false) {
    this.#status.classList.toggle('wrong', isWrong);
    this.#status.textContent = text;
  }
}

/**
 * What the fields ask for: whole days, of who reads. Null: nothing.
 * @param {{words: string, who: string, since: string, until: string}} fields
 */
export function asked({ words, who, since, until }) {
  const wanted = {};
  const list = words.trim().split(/\s+/u).filter(Boolean);
  if (list.length > 0) {
    wanted.words = list;
  }
  if (who.trim()) {
    wanted.who = who.trim();
  }
  if (since) {
    wanted.since = dayBegins(since, 0);
  }
  if (until) {
    wanted.until = dayBegins(until, 1);
  }
  return Object.keys(wanted).length > 0 ? wanted : null;
}

/**
 * Cut a text where words were found in it.
 * @returns {[string, boolean][]} each piece, and whether it was looked for
 */
export function pieces(text, words) {
  if (words.length === 0) {
    return [[text, false]];
  }
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const found = new RegExp(`(${escaped.sort((one, other) => other.length - one.length).join('|')})`, 'giu');
  return text.split(found).map((piece, index) => [piece, index % 2 === 1]).filter(([piece]) => piece);
}

function dayBegins(date, later) {
  const [year, month, day] = date.split('-').map(Number);
  return new Date(year, month - 1, day + later).getTime() / 1000;
}
