/** How each row of the log looks. What is clicked in it is told by `data-do`, and done in log.js. */
import { el, icon } from '../elements.js';
import { hue } from '../model/names.js';
import { name, textNodes } from './log-told.js';

/** Of rows that move when lines are loaded beside them: log-window.js does not hold on to them. */
const LOOSE = { loose: '' };

export class RowDrawer {
  #app;
  #teller;
  #state;

  /**
   * @param {object} app
   * @param {import('./log-told.js').Teller} teller
   * @param {{marked: string|null, notes: Map<string, string>, top: string, conversation: object}} state  what is to
   *   be seen of a row besides its item; read whenever one is drawn
   */
  constructor(app, teller, state) {
    this.#app = app;
    this.#teller = teller;
    this.#state = state;
  }

  /** What a row looks like, in short: where this is another, it is drawn anew. */
  stampOf(row) {
    const { item, type } = row;
    switch (type) {
      case 'top':
        return this.#state.top;
      case 'line':
        return [
          item.kind, item.state, item.error?.code, item.text, item.time, item.number, item.isMention, row.isFirst,
          item.id === this.#state.marked, this.#state.notes.get(item.id),
        ].join('|');
      case 'event':
        return `${item.kind}|${item.text}|${row.isInside}|${item.id === this.#state.marked}`;
      case 'fold':
        return `${row.items.length}|${row.isOpen}`;
      case 'gap':
        return `${item.why}|${item.from}|${item.to}|${item.isLoading}|${this.#state.notes.get(item.id)}`;
      default:
        return type === 'day' ? this.#teller.day(row.time) : type;
    }
  }

  /** @returns {HTMLElement} */
  draw(row) {
    switch (row.type) {
      case 'top':
        return this.#top();
      case 'line':
        return this.#line(row);
      case 'event':
        return this.#event(row);
      case 'fold':
        return this.#fold(row);
      case 'gap':
        return this.#gap(row);
      case 'day':
        return this.#separator('log-day', this.#teller.day(row.time));
      default:
        return this.#separator('log-new', this.#app.t('log.new'));
    }
  }

  #line({ item, isFirst }) {
    const { t } = this.#app;
    const isMarked = item.id === this.#state.marked;
    const isErased = item.kind === 'erased';
    const given = {
      class: classes('log-line', {
        'is-first': isFirst, 'is-mine': item.isMine, 'is-mention': item.isMention, 'is-action': item.action,
        'is-notice': item.notice, 'is-marked': isMarked, [`is-${item.state}`]: item.state, 'is-erased': isErased,
      }),
      role: 'article',
      tabindex: '-1',
      'aria-label': `${t('log.says', { who: item.who })}${isErased ? this.#erased(item) : item.text}`,
      data: item.number ? { number: String(item.number) } : {},
    };
    return el('div', given,
      item.action ? el('span', { class: 'log-who', 'aria-hidden': 'true', text: '✱' }) : this.#who(item, isFirst),
      el('div', { class: 'log-text', dir: 'auto' },
        item.action && [this.#button(item), ' '],
        item.notice && el('small', { class: 'log-tag', text: t('log.notice') }),
        isErased ? this.#erased(item) : textNodes(item.text),
        this.#state_(item)),
      this.#time(item),
      el('button', {
        type: 'button', class: 'bare log-more', tabindex: '-1', 'aria-label': t('log.menu'), title: t('log.menu'),
        'aria-haspopup': 'menu', data: { do: 'menu', roving: '' },
      }, icon('more')));
  }

  /** Whose line it is; where the name is not shown again, it is still heard. */
  #who(item, isFirst) {
    if (isFirst) {
      return el('span', { class: 'log-who' }, this.#button(item), el('span', { class: 'heard', text: ': ' }));
    }
    return el('span', { class: 'log-who' }, el('span', { class: 'heard' }, el('bdi', { text: item.who }), ': '));
  }

  #button(item) {
    return el('button', {
      type: 'button', class: 'name log-button', tabindex: '-1', title: item.who, 'aria-haspopup': 'menu',
      style: { '--hue': hue(item.who) }, data: { do: 'person', roving: '' },
    }, el('bdi', { text: item.who }));
  }

  /** What is to be said of a line that is not kept yet, or of what was tried with it. */
  #state_(item) {
    const { t } = this.#app;
    const note = this.#state.notes.get(item.id);
    if (item.state === 'pending') {
      return el('small', { class: 'log-state log-pending', text: t('log.pending') });
    }
    if (item.state === 'failed') {
      const own = `log.${item.error?.code}`;
      const why = t.has(own) ? t(own) : t.error(item.error);
      return el('div', { class: 'wrong log-state' },
        el('span', { text: t('log.failed', { why }) }),
        item.canResend !== false && el('button', { type: 'button', data: { do: 'resend' }, text: t('log.resend') }),
        el('button', { type: 'button', class: 'quiet', data: { do: 'discard' }, text: t(item.canResend === false ? 'log.edit' : 'log.discard') }),
        note && el('span', { text: note }));
    }
    return note && el('small', { class: 'log-state log-note', text: note });
  }

  #erased({ by, who }) {
    const { t } = this.#app;
    return by && by !== who ? t('log.erased', { by }) : t('log.erased.self');
  }

  #event({ item, isInside }) {
    if (item.kind === 'announced') {
      return this.#announced(item);
    }
    const isMarked = item.id === this.#state.marked;
    const given = {
      class: classes('log-event', { 'is-inside': isInside, 'is-marked': isMarked, [`is-${item.kind}`]: true }),
      role: 'article',
      tabindex: '-1',
      data: item.number ? { number: String(item.number) } : {},
    };
    const told = el('div', { class: 'log-text' }, this.#teller.told(item));
    return el('div', { ...given, 'aria-label': told.textContent }, told, item.time > 0 && this.#time(item));
  }

  #announced(item) {
    const who = this.#app.t('log.operator');
    return el('div', { class: 'log-announced', role: 'article', tabindex: '-1', 'aria-label': `${who}: ${item.text}` },
      el('strong', { text: who }), el('div', { class: 'log-text', dir: 'auto' }, textNodes(item.text)), this.#time(item));
  }

  #fold({ items, isOpen }) {
    return el('div', { class: 'log-event log-fold' },
      el('button', { type: 'button', class: 'log-button', 'aria-expanded': String(isOpen), data: { do: 'fold' } },
        icon('down'), el('span', { class: 'log-text' }, this.#teller.folded(items))),
      this.#time(items.at(-1)));
  }

  #gap({ item }) {
    const { t } = this.#app;
    const note = this.#state.notes.get(item.id);
    const mayLoad = item.why !== 'deleted' && item.to >= item.from;
    const label = item.isLoading ? 'log.gap.loading' : item.why === 'unread' || note ? 'log.again' : 'log.gap.load';
    const given = { class: 'log-gap', role: 'article', tabindex: '-1', 'aria-label': this.#teller.gap(item), data: LOOSE };
    return el('div', given,
      el('span', { text: this.#teller.gap(item) }),
      mayLoad && el('button', { type: 'button', disabled: Boolean(item.isLoading), data: { do: 'load' }, text: t(label) }),
      note && el('span', { class: 'wrong', text: note }));
  }

  /** What stands above the first line: that there are more, or that there are none. */
  #top() {
    const { t } = this.#app;
    const { top, conversation } = this.#state;
    if (top === 'beginning' || top === 'empty') {
      return el('div', { class: 'log-top', data: LOOSE },
        el('span', {}, t.nodes('log.beginning', { name: name(conversation.name) })),
        top === 'empty' && el('span', { text: t('log.empty') }));
    }
    return el('div', { class: 'log-top', data: LOOSE },
      top === 'failed' && el('span', { text: t('log.older.failed') }),
      top === 'loading'
        ? el('span', { text: t('log.older') })
        : el('button', { type: 'button', class: 'quiet', data: { do: 'older' }, text: t(top === 'failed' ? 'log.again' : 'log.more') }));
  }

  #separator(style, text) {
    return el('div', { class: `log-separator ${style}`, role: 'separator', 'aria-label': text, data: LOOSE }, el('span', { text }));
  }

  #time(item) {
    const { words } = this.#app;
    return el('time', {
      datetime: new Date(item.time * 1000).toISOString(), title: words.moment(item.time), text: words.time(item.time),
    });
  }
}

function classes(first, others) {
  return [first, ...Object.keys(others).filter((key) => others[key])].join(' ');
}
