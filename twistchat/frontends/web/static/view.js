/**
 * What of the chat is shown: one conversation, told by the address (`#lobby`, `#lobby/12`, `#@bob`), and the
 * drawers beside it.
 */

import { Signal } from './signal.js';

/** Write which conversation, and which line of it, as the fragment of an address. */
export function writeHash(key, number) {
  return `#${key[0] === '@' ? '@' : ''}${encodeURIComponent(key.slice(1))}${number ? `/${number}` : ''}`;
}

/**
 * Read a fragment.
 * @returns {{key: string, number: number|null}|null}
 */
export function readHash(hash) {
  const found = /^#(@?)([^@/][^/]*)(?:\/(\d{1,15}))?$/.exec(hash);
  if (!found) {
    return null;
  }
  try {
    const name = decodeURIComponent(found[2]);
    return { key: (found[1] || '#') + name, number: found[3] ? Number(found[3]) : null };
  } catch {
    return null;
  }
}

/** The farewells of whoever has left on purpose. */
const LEAVING = new Set(['left', 'logged out']);

/** @typedef {'sidebar'|'members'|'found'} Drawer */

export class View {
  #element;
  #session;
  #settings;
  #window;
  #cameFrom = null;
  #wanted = 0;
  #shown = null;
  #isFollowing = false;

  /** The key of the conversation that is shown, or null. */
  key = null;
  /** Told `{key, conversation, number}` whenever one is to be shown, also the same one again. */
  opened = new Signal();
  /** Told why one could not be: `{key, error}`. */
  refused = new Signal();
  /** Told the drawer that is open now, or null. */
  drawn = new Signal();
  /** Told whether the page is seen. */
  seen = new Signal();

  constructor({ element, session, settings, window }) {
    this.#element = element;
    this.#session = session;
    this.#settings = settings;
    this.#window = window;
    element.addEventListener('click', (event) => {
      if (event.target.id === 'shade') {
        this.drawer(null);
      }
    });
    element.dataset.members = settings.get('members') ? 'on' : 'off';
    // Whoever stands at the door comes in there, as soon as they are in.
    window.addEventListener('hashchange', () => ['in', 'offline'].includes(session.state.value) && this.follow());
    session.chat.changed.listen((change) => this.#keepUp(change));
    session.state.listen((state) => {
      if (state === 'out' && LEAVING.has(session.goodbye?.cause)) {
        this.#forget();
      }
    });
    window.addEventListener('keydown', (event) => {
      const isOurs = event.key === 'Escape' && this.openDrawer && !event.defaultPrevented;
      if (isOurs && !window.document.querySelector('dialog[open]')) {
        this.drawer(null);
      }
    });
    for (const name of ['focus', 'blur']) {
      window.addEventListener(name, () => this.seen.tell(this.isVisible));
    }
    window.document.addEventListener('visibilitychange', () => this.seen.tell(this.isVisible));
  }

  /** Whether somebody looks at the page, as far as one can know. */
  get isVisible() {
    const { document } = this.#window;
    return document.visibilityState === 'visible' && document.hasFocus();
  }

  /** Which drawer is open. @returns {Drawer|null} */
  get openDrawer() {
    return this.#element.dataset.drawer ?? null;
  }

  /** Whether the window is so narrow that the members are a drawer. */
  get isNarrow() {
    return this.#window.matchMedia('(max-width: 999px)').matches;
  }

  /** Show a conversation; a room that one is not in is joined. @returns {Promise<boolean>} whether it could be */
  async open(key, number = null) {
    const turn = (this.#wanted += 1);
    let conversation = this.#find(key);
    try {
      if (key[0] === '@') {
        conversation ??= await this.#session.openPrivate(key.slice(1));
      } else if (!conversation?.isJoined) {
        conversation = (await this.#session.join(key, {})) ?? this.#find(key);
      }
    } catch (error) {
      this.refused.tell({ key, error });
      if (!conversation) {
        return false;
      }
    }
    if (turn === this.#wanted && conversation) {
      this.#show(conversation, number);
    }
    return Boolean(conversation);
  }

  /** Show what the address says, or what was shown last, or the first there is. */
  async follow() {
    this.#isFollowing = true;
    try {
      const asked = readHash(this.#window.location.hash);
      if (!asked || !(await this.open(asked.key, asked.number))) {
        this.#showOther();
      }
    } finally {
      this.#isFollowing = false;
    }
  }

  /** Show something, if nothing is shown that is still there: for whoever comes in, or comes back. */
  resume() {
    if (!this.#shown || this.#find(this.key) !== this.#shown) {
      this.follow();
    }
  }

  /**
   * Open a drawer, or close the one that is open.
   * @param {Drawer|null} name
   */
  drawer(name) {
    const { document } = this.#window;
    const before = this.openDrawer;
    if (before === name) {
      return;
    }
    if (name) {
      this.#cameFrom = before ? this.#cameFrom : document.activeElement;
      this.#element.dataset.drawer = name;
    } else {
      delete this.#element.dataset.drawer;
    }
    this.drawn.tell(name);
    if (!name) {
      this.#cameFrom?.isConnected && this.#cameFrom.focus();
      this.#cameFrom = null;
    }
  }

  /** What the button of a drawer does; where there is room for the members, they come and go as a column. */
  toggle(name) {
    if (name === 'members' && !this.isNarrow && this.openDrawer !== 'found') {
      const isOn = !this.#settings.get('members');
      this.#settings.set('members', isOn);
      this.#element.dataset.members = isOn ? 'on' : 'off';
      this.drawn.tell(this.openDrawer);
    } else {
      this.drawer(this.openDrawer === name ? null : name);
    }
  }

  /** Whether a part beside the conversation is seen: for `aria-expanded` of its button. */
  isOpen(name) {
    const isColumn = name === 'members' && !this.isNarrow && !this.openDrawer;
    return isColumn ? this.#settings.get('members') : this.openDrawer === name;
  }

  /** What is shown may be left, or be called otherwise. */
  #keepUp({ conversation, oldKey }) {
    if (this.key && this.#session.chat.conversations.size === 0) {
      this.#forget();
    } else if (oldKey && oldKey === this.key && conversation) {
      this.#show(conversation, null, 'replaceState');
    } else if (!this.#find(this.key) && !this.#isFollowing && this.#session.state.value === 'in') {
      this.#showOther();
    }
  }

  /** Show what is still shown, what was shown last, or the first there is, if there is one yet. */
  #showOther() {
    const first = this.#session.chat.conversations.values().next().value;
    const other = this.#find(this.key) ?? this.#find(this.#settings.get('last')) ?? first;
    if (other) {
      this.#show(other, null, 'replaceState');
    }
  }

  /** Whoever comes in next on this device is not to see where one was. */
  #forget() {
    this.#shown = null;
    this.key = null;
    this.#settings.set('last', null);
    this.#window.history.replaceState(null, '', '#');
  }

  #find(key) {
    return key ? (this.#session.chat.conversations.get(key) ?? null) : null;
  }

  #show(conversation, number, how = this.key ? 'pushState' : 'replaceState') {
    const hash = writeHash(conversation.key, number);
    const { location, history } = this.#window;
    if (location.hash !== hash) {
      history[how](null, '', hash);
    }
    this.#shown = conversation;
    this.key = conversation.key;
    this.#settings.set('last', this.key);
    if (this.openDrawer === 'sidebar' || (this.openDrawer && this.isNarrow)) {
      this.drawer(null);
    }
    this.opened.tell({ key: this.key, conversation, number });
  }
}
