// What one may ask of a chat, each as one request: a part of session.js.

/** Requests that need nothing but an answer. They reject with the error line, or {code: 'lost'}. */
export class Deeds {
  /**
   * @param {object} fields
   * @returns {Promise<{answer: object, parts: object[]}>}
   */
  request(fields) {
    return Promise.reject({ type: 'error', code: 'lost', fields });
  }

  /** Have an account of the name that one bears. @param {string} password */
  register(password) {
    return this.#answer({ type: 'register', password });
  }

  /** Be the owner of an account. @param {string} name @param {string} password */
  login(name, password) {
    return this.#answer({ type: 'login', name, password });
  }

  /** @param {string} old @param {string} fresh */
  changePassword(old, fresh) {
    return this.#answer({ type: 'passwd', old, new: fresh });
  }

  /** Be at the door again. */
  logout() {
    return this.#answer({ type: 'logout' });
  }

  /** @param {string} password */
  deleteAccount(password) {
    return this.#answer({ type: 'delete-account', password });
  }

  /** @param {string} name */
  rename(name) {
    return this.#answer({ type: 'rename', name });
  }

  /**
   * What moderators do: 'kick', 'mute', 'unmute', 'ban', 'unban', 'op', 'voice'…
   * @param {string} deed
   * @param {string} room '#*': everywhere
   * @param {string} to a name
   * @param {{seconds?: number, words?: string}} [how]
   */
  moderate(deed, room, to, { seconds, words } = {}) {
    return this.#answer({ type: deed, room, to, seconds: seconds || undefined, words: words || undefined });
  }

  /** @param {string} room @param {string} topic '' takes it away */
  setTopic(room, topic) {
    return this.#answer({ type: 'topic', room, topic });
  }

  /** @returns {Promise<{rules: object, founder: string|null, moderators: string[], voiced: string[]}>} */
  readRules(room) {
    return this.#answer({ type: 'rules', room });
  }

  /** @param {string} room @param {object} change rules by their names */
  changeRules(room, change) {
    return this.#answer({ type: 'rules', room, change });
  }

  /** @returns {Promise<{mutes: object[], bans: object[], exempt: object[], allowed: object[]}>} */
  sanctions(room) {
    return this.#answer({ type: 'sanctions', room });
  }

  /** @param {string} room @param {number} number @param {string} [words] why */
  deleteLine(room, number, words) {
    return this.#answer({ type: 'delete', room, number, words: words || undefined });
  }

  /** @param {string} room @param {string} name */
  invite(room, name) {
    return this.#answer({ type: 'invite', room, to: name });
  }

  /** @returns {Promise<{rooms: {name: string, count: number, topic: string, yours: boolean}[], count: number}>} */
  listRooms(matching) {
    return this.#answer({ type: 'rooms', matching: matching || undefined });
  }

  /** @returns {Promise<{name: string, here: number, idle: number, away: string|null, rooms: string[]}>} */
  describe(name) {
    return this.#answer({ type: 'person', name });
  }

  async #answer(fields) {
    return (await this.request(fields)).answer;
  }
}
