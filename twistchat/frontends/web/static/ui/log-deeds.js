/**
 * What is done where one clicks in the log: log-row.js says it of each button as `data-do`. The menu of a line is
 * fetched when it is first wanted.
 */
import { fetchPart } from './later.js';
import { roomClicked } from './log-told.js';

const NOTED = 5000;

export class LogDeeds {
  #scroller;
  #app;
  #log;
  #menu = null;

  /**
   * @param {HTMLElement} scroller
   * @param {object} app
   * @param {object} log  the rows: `rowOf(key)`, `conversation()`, `toggle(key)`, `loadOlder()`, `update()`, and
   *   `notes`, words that are shown in a row for a while, by the `id` of its item
   */
  constructor(scroller, app, log) {
    this.#scroller = scroller;
    this.#app = app;
    this.#log = log;
    scroller.addEventListener('click', (event) => this.#clicked(event));
  }

  #clicked(event) {
    if (roomClicked(event, this.#app.view)) {
      return;
    }
    const button = event.target.closest('[data-do]');
    const row = button && this.#log.rowOf(button.closest('[data-key]').dataset.key);
    if (row) {
      this.#do(button.dataset.do, row, button);
    }
  }

  #do(deed, row, button) {
    const { session, dialogs } = this.#app;
    const { item } = row;
    switch (deed) {
      case 'menu':
        this.#openMenu(button, item);
        break;
      case 'person':
        dialogs.person?.(item.who, this.#log.conversation(), button);
        break;
      case 'fold':
        this.#log.toggle(row.key);
        break;
      case 'older':
        this.#log.loadOlder();
        break;
      case 'load':
        this.#load(item, button);
        break;
      case 'resend':
        session.resend(item);
        break;
      default:
        this.#discard(item);
    }
  }

  async #openMenu(button, item) {
    const conversation = this.#log.conversation();
    try {
      const { LineMenu } = await fetchPart('lineMenu');
      this.#menu ??= new LineMenu(this.#app, (line, words) => this.#note(line, words));
      this.#menu.open(button, conversation, item);
    } catch (error) {
      this.#note(item, this.#app.t.error(error));
    }
  }

  /** A line that can never be sent goes to the clipboard (or where one types), for whoever wants to say it otherwise. */
  async #discard(item) {
    const { session, composer } = this.#app;
    const isLost = item.canResend === false
      && !(await fetchPart('lineMenu').then(({ copy }) => copy(item.text), () => false));
    const text = session.discard(item);
    if (isLost) {
      composer.insert(text);
    }
  }

  /** Who comes from above reads on at the beginning of what is missing, who comes from below at its end. */
  async #load(item, button) {
    const { top, height } = this.#scroller.getBoundingClientRect();
    const isFromStart = button.getBoundingClientRect().top > top + height / 2;
    try {
      await this.#app.session.loadGap(this.#log.conversation(), item, isFromStart);
    } catch (error) {
      this.#note(item, this.#app.t.error(error));
    }
  }

  #note(item, words) {
    const { notes, update } = this.#log;
    notes.set(item.id, words);
    update();
    setTimeout(() => {
      notes.delete(item.id);
      update();
    }, NOTED);
  }
}
