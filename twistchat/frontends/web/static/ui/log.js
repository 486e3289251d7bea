/**
 * The lines of a conversation. This file listens to the log and to hands; log-rows.js knows which rows there are,
 * log-window.js where they stand, log-row.js how they look.
 *
 * What is heard: the lines in sight are a `role="log"` that announces nothing by itself (`aria-live="off"`).
 * Rows come into the page and go as one scrolls, and as history is loaded, and a screen reader would read all
 * of that aloud as if it were new. So log-heard.js says the new ones in a region of its own.
 */
import { el, fill, icon } from '../elements.js';
import { LogDeeds } from './log-deeds.js';
import { mountHeard } from './log-heard.js';
import { LogKeys } from './log-keys.js';
import { RowDrawer } from './log-row.js';
import { Rows } from './log-rows.js';
import { Teller } from './log-told.js';
import { LogWindow } from './log-window.js';

const TOP = { key: 'top', type: 'top', at: 0, item: null };
const NEAR_TOP = 2;
const MARKED = 4000;
const LINE = 23;

/** Put the log into its place. */
export function mountLog(element, app) {
  return new LogView(element, app);
}

class LogView {
  #app;
  #scroller;
  #button;
  #window;
  #rows = new Rows();
  #conversation = null;
  #places = new WeakMap();
  #state = { marked: null, notes: new Map(), top: 'more', conversation: null };
  #hasFailed = false;
  #below = 0;
  /** The number of the last line that there was when the end was in sight. */
  #seen = 0;
  #due = { frame: 0, all: false };
  #unlisten = () => {};
  #read = new WeakMap();
  #unmark = 0;

  constructor(element, app) {
    this.#app = app;
    this.#scroller = el('div', { class: 'log-scroller', role: 'log', 'aria-live': 'off', tabindex: '0' });
    this.#button = el('button', { type: 'button', class: 'log-below', hidden: true, on: { click: () => this.#toEnd() } });
    element.append(this.#scroller, this.#button);
    mountHeard(element, app, () => this.#conversation);
    const drawer = new RowDrawer(app, new Teller(app), this.#state);
    this.#window = new LogWindow({
      scroller: this.#scroller, draw: (row) => drawer.draw(row), stampOf: (row) => drawer.stampOf(row), guess,
    });
    this.#window.moved.listen(() => this.#moved());
    new LogDeeds(this.#scroller, app, {
      rowOf: (key) => this.#shown()[this.#window.indexOf(key)],
      conversation: () => this.#conversation,
      toggle: (key) => this.#toggle(key),
      loadOlder: () => this.#loadOlder(),
      notes: this.#state.notes,
      update: () => this.#window.update(),
    });
    new LogKeys(this.#scroller, this.#window, () => this.#shown());
    app.view.opened.listen(({ conversation, number }) => this.#open(conversation, number));
    app.view.seen?.listen(() => this.#moved());
    app.chat.arrived.listen((told) => this.#arrived(told));
    app.chat.changed.listen(({ conversation }) => conversation && conversation === this.#conversation && this.#label());
    const shown = app.chat.conversations.get(app.view.key);
    if (shown) {
      this.#open(shown, null);
    }
  }

  #open(conversation, number) {
    if (conversation !== this.#conversation) {
      if (this.#conversation) {
        this.#places.set(this.#conversation, { ...this.#window.place, opened: this.#rows.opened });
      }
      this.#unlisten();
      this.#conversation = this.#state.conversation = conversation;
      this.#unlisten = conversation.log.changed.listen((change) => this.#changed(change));
      this.#begin(this.#places.get(conversation));
    }
    if (number) {
      this.#goTo(number);
    }
  }

  /** Show the conversation where it was left; or where the new lines begin. */
  #begin(place) {
    const { unread, readNumber, log } = this.#conversation;
    this.#rows = new Rows();
    this.#rows.opened = place?.opened ?? new Set();
    this.#rows.newAfter = unread > 0 && readNumber ? readNumber : null;
    this.#below = 0;
    this.#seen = lastNumber(log);
    this.#hasFailed = false;
    this.#rows.reset(log.items);
    this.#label();
    const hasNew = (place?.isAtEnd ?? true) && this.#rows.rows.some(({ type }) => type === 'new');
    this.#window.reset(place, hasNew ? { key: 'new', where: 'upper' } : null);
    this.#show(0);
  }

  #label() {
    this.#scroller.setAttribute('aria-label', this.#app.t('log.label', { name: this.#conversation.name }));
  }

  /** The log is another: it is shown with the next frame, however many lines come until then. */
  #changed({ type, items }) {
    if (type === 'append' || type === 'insert') {
      const isNew = ({ kind, isMine, number }) => kind === 'said' && !isMine && number > this.#seen;
      this.#below += this.#window.isAtEnd ? 0 : items.filter(isNew).length;
      if (items.some(({ isMine, state }) => isMine && state === 'pending')) {
        this.#window.isAtEnd = true; // Who says something wants to see it.
      }
    } else if (type === 'reset') {
      this.#seen = this.#below = 0;
    }
    this.#due.all ||= type !== 'append';
    this.#soon();
  }

  #soon() {
    this.#due.frame ||= requestAnimationFrame(() => {
      const { log } = this.#conversation;
      const same = this.#due.all ? this.#rows.reset(log.items) : this.#rows.append(log.items);
      this.#due = { frame: 0, all: false };
      this.#show(same + 1);
    });
  }

  #show(same) {
    const { log } = this.#conversation;
    const isEmpty = log.items.length === 0;
    this.#state.top = log.isLoading ? 'loading' : this.#hasFailed ? 'failed'
      : log.hasOlder ? 'more' : isEmpty ? 'empty' : 'beginning';
    this.#window.setRows(this.#shown(), same);
  }

  #shown() {
    return [TOP, ...this.#rows.rows];
  }

  /** Other lines are in sight: more may be needed above, and those that are seen are read. */
  #moved() {
    if (!this.#conversation) {
      return;
    }
    const { log } = this.#conversation;
    if (this.#window.isAtEnd) {
      this.#below = 0;
      this.#seen = lastNumber(log);
    }
    const { t } = this.#app;
    const text = this.#below > 0 ? t('log.below', { count: this.#below }) : t('log.end');
    this.#button.hidden = this.#window.isAtEnd;
    this.#button.classList.toggle('first', this.#below > 0);
    if (this.#button.dataset.text !== text) {
      this.#button.dataset.text = text;
      fill(this.#button, icon('down'), text);
    }
    if (log.hasOlder && !log.isLoading && !this.#hasFailed && this.#window.screensAbove < NEAR_TOP) {
      this.#loadOlder();
    }
    this.#markRead();
  }

  async #loadOlder() {
    const conversation = this.#conversation;
    this.#hasFailed = false;
    let hasFailed = false;
    try {
      const loaded = this.#app.session.loadOlder(conversation);
      this.#soon();
      await loaded;
    } catch {
      hasFailed = true;
    }
    if (conversation === this.#conversation) {
      this.#hasFailed = hasFailed;
      this.#soon();
    }
  }

  #markRead() {
    const conversation = this.#conversation;
    if (!this.#app.view.isVisible || !this.#window.isAtEnd || this.#due.frame) {
      return;
    }
    const number = lastNumber(conversation.log);
    const { epoch } = conversation.log;
    const read = this.#read.get(conversation);
    const isNew = read?.epoch !== epoch || number > read.number || conversation.unread > 0;
    if (number > 0 && isNew) {
      this.#read.set(conversation, { epoch, number });
      this.#app.session.markRead(conversation, number);
    }
  }

  /** What comes while nobody looks is what is new when they look again. */
  #arrived({ conversation, item, isPast }) {
    const isNew = conversation === this.#conversation && !isPast && !item.isMine && item.number;
    if (!isNew || this.#app.view.isVisible) {
      return;
    }
    const read = this.#read.get(conversation)?.number ?? 0;
    if (read > (this.#rows.newAfter ?? 0)) {
      this.#rows.newAfter = item.number - 1;
      this.#due.all = true;
      this.#soon();
    }
  }

  #toEnd() {
    this.#below = 0;
    this.#window.toEnd();
    this.#scroller.focus({ preventScroll: true });
  }

  async #goTo(number) {
    const { session, t } = this.#app;
    const conversation = this.#conversation;
    let item = conversation.log.find(number);
    if (!item) {
      item = await session.goTo(conversation, number).catch(() => null);
      if (conversation !== this.#conversation) {
        return;
      }
      this.#rows.reset(conversation.log.items);
      this.#show(0);
    }
    if (!item) {
      this.#app.banner?.fail({ text: t('log.nowhere', { number }) });
      return;
    }
    const fold = this.#rows.rows.find(({ items, isOpen }) => items?.includes(item) && !isOpen);
    if (fold) {
      this.#toggle(fold.key);
    }
    this.#mark(item.id);
    this.#window.to(item.id, 'middle');
  }

  #mark(id) {
    clearTimeout(this.#unmark);
    this.#state.marked = id;
    this.#window.update();
    if (id) {
      this.#unmark = setTimeout(() => this.#mark(null), MARKED);
    }
  }

  #toggle(key) {
    this.#rows.toggle(key);
    this.#rows.reset(this.#conversation.log.items);
    this.#show(0);
  }
}

function lastNumber({ items }) {
  return items.findLast(({ number }) => number)?.number ?? 0;
}

/** How high a row will be, nearly. */
function guess({ type, item }, width) {
  if (type !== 'line') {
    return 34;
  }
  const letters = Math.max(10, (width - (width < 560 ? 40 : 230)) / 8);
  return LINE * Math.ceil(item.text.length / letters) + 6;
}
