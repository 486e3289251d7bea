/** What can be done with one line: copied, led to, deleted by who may. */
import { el } from '../elements.js';
import { writeHash } from '../view.js';
import { openMenu } from './menu.js';
import { isModerator, rightsOf } from './rights.js';

export class LineMenu {
  #app;
  #tell;

  /**
   * @param {object} app
   * @param {(item: object, words: string|null) => void} tell  what came of it, to be shown in the line
   */
  constructor(app, tell) {
    this.#app = app;
    this.#tell = tell;
  }

  /** Open it beside a button of the line. */
  open(anchor, conversation, item) {
    const { t } = this.#app;
    const menu = openMenu(anchor, t('log.menu'), this.#entries(anchor, conversation, item));
    if (this.#mayBeDeleted(conversation, item) && !this.#isModerator(conversation)) {
      rightsOf(this.#app).read(conversation).then(() => {
        if (this.#isModerator(conversation)) {
          menu.show(this.#entries(anchor, conversation, item));
        }
      });
    }
  }

  #entries(anchor, conversation, item) {
    const { t } = this.#app;
    const entries = [{ text: t('log.copy'), act: () => this.#copy(item, item.text) }];
    if (item.number && conversation.kind === 'room') {
      entries.push({ text: t('log.copy.link'), act: () => this.#copy(item, linkTo(conversation.key, item.number)) });
    }
    if (this.#mayBeDeleted(conversation, item) && this.#isModerator(conversation)) {
      entries.push(null, { text: t('log.delete'), isDanger: true, act: () => this.#confirm(anchor, conversation, item) });
    }
    return entries;
  }

  #mayBeDeleted(conversation, item) {
    return conversation.kind === 'room' && item.kind === 'said' && Boolean(item.number);
  }

  #isModerator(conversation) {
    return isModerator(this.#app.chat.me, rightsOf(this.#app).of(conversation));
  }

  #confirm(anchor, conversation, item) {
    const { t, session } = this.#app;
    const act = async () => {
      try {
        await session.deleteLine(conversation.name, item.number, '');
      } catch (error) {
        this.#tell(item, t.error(error));
      }
    };
    openMenu(anchor, t('log.delete.ask'), [
      { heading: t('log.delete.ask') },
      { text: t('log.delete.do'), isDanger: true, act },
      { text: t('log.cancel'), act: () => {} },
    ]);
  }

  async #copy(item, text) {
    this.#tell(item, this.#app.t((await copy(text)) ? 'log.copied' : 'log.copy.failed'));
  }
}

/** The address of a line. */
function linkTo(key, number) {
  return new URL(writeHash(key, number), document.location.href).href;
}

/**
 * Put a text on the clipboard. Over plain http there is no API for it, but the old way.
 * @returns {Promise<boolean>}
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const back = document.activeElement;
    const field = el('textarea', { class: 'heard', value: text, readonly: true, 'aria-hidden': 'true' });
    (back?.closest('dialog') ?? document.body).append(field);
    field.select();
    try {
      return document.execCommand('copy');
    } finally {
      field.remove();
      back?.focus({ preventScroll: true });
    }
  }
}
