// Who one is in this tab, over reloads: token, rooms and what was read, lines that wait.

const RECORD = 'twistchat:who:';
const MINE = 'twistchat:who';
const HOUSE = 'twistchat:house';
/** So long other tabs may take to say who they are. */
const ANSWER = 200;
const SAVE_AFTER = 500;
/** Identities that are remembered on one device. */
const MOST_SAVED = 10;

/**
 * @typedef {object} Saved
 * @property {string} name
 * @property {string|null} token
 * @property {boolean} account
 * @property {string} person  changes when one is somebody else to the server: keys are a person's own
 * @property {Record<string, {seen: [string, number]|null, key?: string}>} rooms where one wants to be
 * @property {Record<string, {name: string, seen: [string, number]|null}>} privates
 * @property {string[]} ignored
 * @property {object[]} outbox
 * @property {number} used  when it was last
 */

/** @returns {Saved} */
const nobody = () => ({
  name: '', token: null, account: false, person: '', rooms: {}, privates: {}, ignored: [], outbox: [], used: 0,
});

const isText = (value) => typeof value === 'string';
const isSeen = (value) => value === null || (Array.isArray(value) && isText(value[0]) && Number.isSafeInteger(value[1]));

/** Whether something that is kept is what it should be: it may be of another version, or somebody has changed it. */
const IS_SOUND = {
  rooms: ([room, it]) => room[0] === '#' && isSeen(it?.seen) && (it.key === undefined || isText(it.key)),
  privates: ([key, it]) => key[0] === '@' && isText(it?.name) && isSeen(it.seen),
  ignored: isText,
  outbox: (it) => isText(it?.key) && isText(it.text) && Number.isFinite(it.time) && isText(it.room ?? it.to)
    && (it.error === undefined || isText(it.error?.code)),
};

/** @returns {Saved} of what is kept, that which is sound */
function soundOf(kept) {
  const saved = nobody();
  for (const [name, usual] of Object.entries(saved)) {
    const value = kept?.[name];
    const isSound = IS_SOUND[name];
    if (Array.isArray(usual)) {
      saved[name] = Array.isArray(value) ? value.filter(isSound) : usual;
    } else if (isSound) {
      saved[name] = Object.fromEntries(Object.entries(value ?? usual).filter(isSound));
    } else if (typeof value === (name === 'token' ? 'string' : typeof usual)) {
      saved[name] = value;
    }
  }
  return saved;
}

/** One of those that are saved on this device: no two tabs are the same at a time. */
export class Identity {
  /** @type {Saved} */
  saved = nobody();
  /** The name that was used last on this device, by whomever. */
  rememberedName = '';
  #store;
  #tab;
  #channel;
  #timers;
  #now;
  #makeKey;
  #id = null;
  #me;
  #others = new Set();
  #isClaiming = false;
  #saving = null;

  /**
   * @param {object} uses
   * @param {import('./store.js').Store} uses.store  of this device
   * @param {import('./store.js').Store} uses.tab    of this tab: it outlives a reload
   * @param {{postMessage: (words: object) => void, onmessage: any}|null} uses.channel to the other tabs
   * @param {{set: Function, clear: Function}} uses.timers
   * @param {() => number} uses.now seconds
   * @param {() => string} uses.makeKey makes something that nobody else makes
   */
  constructor({ store, tab, channel, timers, now, makeKey }) {
    this.#store = store;
    this.#tab = tab;
    this.#channel = channel;
    this.#timers = timers;
    this.#now = now;
    this.#makeKey = makeKey;
    this.#me = makeKey();
  }

  /** The password of the house, which is shown on each connection; this tab remembers it. */
  get house() {
    return this.#tab.get(HOUSE) ?? '';
  }

  set house(words) {
    if (words) {
      this.#tab.set(HOUSE, words);
    } else {
      this.#tab.remove(HOUSE);
    }
  }

  /** Find out who one is: who one was in this tab, else the last one whom no other tab is now. */
  async claim() {
    const ids = this.#known();
    this.rememberedName = soundOf(this.#read(ids[0])).name;
    const wanted = this.#tab.get(MINE);
    const wishes = [...new Set([...(wanted === null ? [] : [wanted]), ...ids])];
    if (this.#channel && wishes.length > 0) {
      this.#isClaiming = true;
      this.#id = wishes[0];
      this.#channel.onmessage = ({ data }) => this.#heard(data);
      this.#channel.postMessage({ ask: this.#me });
      await new Promise((done) => this.#timers.set(done, ANSWER));
      this.#isClaiming = false;
    }
    this.#id = wishes.find((id) => !this.#others.has(id)) ?? this.#makeKey();
    if (this.#channel) {
      this.#channel.onmessage = ({ data }) => this.#heard(data);
    }
    this.#tab.set(MINE, this.#id);
    this.saved = soundOf(this.#read(this.#id));
    this.saved.person ||= this.#makeKey();
    this.#sweep(ids);
  }

  /** Nobody knows any more who one was. */
  isSomebodyElse() {
    this.saved.person = this.#makeKey();
    this.save();
  }

  /** Be known to the server by this. */
  entered({ name, token, account }, { isSame }) {
    if (!isSame) {
      this.saved.person = this.#makeKey();
    }
    Object.assign(this.saved, { name, token: token ?? this.saved.token, account: account === true });
    this.rememberedName = name;
    this.save();
  }

  /** Know nothing any more but the name. */
  forget() {
    this.saved = { ...nobody(), name: this.saved.name, person: this.#makeKey() };
    this.save();
  }

  /** Keep it now. */
  save() {
    this.#timers.clear(this.#saving);
    this.#saving = null;
    if (this.#id !== null) {
      this.saved.used = this.#now();
      this.#store.set(RECORD + this.#id, this.saved);
    }
  }

  /** Keep it soon, with what else will have changed by then. */
  saveSoon() {
    this.#saving ??= this.#timers.set(() => this.save(), SAVE_AFTER);
  }

  /** The page goes: keep what was to be kept soon. */
  flush() {
    if (this.#saving !== null) {
      this.save();
    }
  }

  /** Another tab asks who is there, or answers. Of two that ask at once the first by its name wins. */
  #heard({ ask, mine, to }) {
    if (ask !== undefined && this.#id !== null && !(this.#isClaiming && ask < this.#me)) {
      this.#channel.postMessage({ mine: this.#id, to: ask });
    } else if (mine !== undefined && to === this.#me && this.#isClaiming) {
      this.#others.add(mine);
    }
  }

  #known() {
    const ids = this.#store.keys(RECORD).map((key) => key.slice(RECORD.length));
    const used = new Map(ids.map((id) => [id, this.#read(id)?.used ?? 0]));
    return ids.sort((one, other) => used.get(other) - used.get(one));
  }

  #read(id) {
    return id === undefined ? null : this.#store.get(RECORD + id);
  }

  #sweep(ids) {
    for (const id of ids.filter((one) => one !== this.#id && !this.#others.has(one)).slice(MOST_SAVED)) {
      this.#store.remove(RECORD + id);
    }
  }
}
