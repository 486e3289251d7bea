import { Signal } from './signal.js';

/** What can be set, and what holds until somebody does. */
export const DEFAULTS = {
  name: '', // as one was last called at the door
  account: false, // whether that was with a password
  language: 'auto', // or en, zh
  theme: 'system', // or light, dark
  size: 'normal', // or small, large, huge
  notify: false, // of mentions and private words while the page is not seen
  sound: false,
  enterSends: true,
  members: true, // the column of members, where there is room for it
  last: null, // the conversation that was open: its key
};

const PLACE = 'twistchat.settings';

/** What one has set, remembered by this browser; where it remembers nothing, until the page is closed. */
export class Settings {
  #storage;
  #values;

  /** Told `{name, value}`, also of what another tab sets. */
  changed = new Signal();

  /** @param {{storage: Storage|null}} given */
  constructor({ storage }) {
    this.#storage = storage;
    this.#values = this.#load();
  }

  /** Whether this browser remembers. */
  get isKept() {
    return this.#storage !== null;
  }

  /** @param {keyof typeof DEFAULTS} name */
  get(name) {
    return this.#values[name];
  }

  /** Set it, and remember. */
  set(name, value) {
    if (this.#values[name] === value) {
      return;
    }
    this.#values = { ...this.#load(), ...this.#values, [name]: value };
    try {
      this.#storage?.setItem(PLACE, JSON.stringify(this.#values));
    } catch {
      // Full, or forbidden: it holds until the page is closed.
    }
    this.changed.tell({ name, value });
  }

  /** Read again what another tab has set: for `storage` events. */
  reread() {
    const before = this.#values;
    this.#values = this.#load();
    for (const name of Object.keys(DEFAULTS)) {
      if (before[name] !== this.#values[name]) {
        this.changed.tell({ name, value: this.#values[name] });
      }
    }
  }

  #load() {
    const values = { ...DEFAULTS };
    try {
      const kept = JSON.parse(this.#storage?.getItem(PLACE) ?? '{}');
      for (const [name, usual] of Object.entries(DEFAULTS)) {
        if (usual === null ? typeof kept[name] === 'string' : typeof kept[name] === typeof usual) {
          values[name] = kept[name];
        }
      }
    } catch {
      // Somebody else's, or broken: as if nothing had been set.
    }
    return values;
  }
}
