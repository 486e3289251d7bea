// What the rules of a room say, as far as it was asked for, and what one may do there.

import { fold } from '../model/names.js';
import { Signal } from '../signal.js';

const CHANGING = new Set(['moderated', 'rules', 'renamed']);
const rights = new WeakMap();

/** The rights of those in the rooms of this page. */
export function rightsOf(app) {
  if (!rights.has(app)) {
    rights.set(app, new Rights(app));
  }
  return rights.get(app);
}

/** Rules, founder, moderators and voices of rooms; asked for when they are looked at. */
class Rights {
  /** Tells the conversation of which something is known. */
  changed = new Signal();
  #app;
  #told = new Map();
  #asked = new Map();
  #watched = new WeakSet();

  constructor(app) {
    this.#app = app;
  }

  /** What is known of a room, at once; null: nothing yet. */
  of(conversation) {
    return this.#told.get(conversation?.key) ?? null;
  }

  /** Ask for it; nothing where it cannot be known now. */
  read(conversation) {
    if (conversation?.kind !== 'room' || !conversation.isJoined) {
      return Promise.resolve(null);
    }
    this.#watch(conversation);
    const { key } = conversation;
    if (!this.#asked.has(key)) {
      const asked = this.#app.session.readRules(conversation.name).then(
        (told) => {
          this.#told.set(key, told);
          this.changed.tell(conversation);
          return told;
        },
        () => null,
      ).finally(() => this.#asked.delete(key));
      this.#asked.set(key, asked);
    }
    return this.#asked.get(key);
  }

  #watch(conversation) {
    if (!this.#watched.has(conversation.log)) {
      this.#watched.add(conversation.log);
      conversation.log.changed.listen(({ type, items }) => {
        if ((type === 'append' || type === 'insert') && items.some((item) => CHANGING.has(item.kind) && !item.isPast)
            && this.#app.view.key === conversation.key) {
          this.read(conversation);
        }
      });
    }
  }
}

/**
 * Which part somebody has in a room: 'founder', 'moderator', 'voiced' or ''.
 * @param {{founder: string|null, moderators: string[], voiced: string[]}|null} told
 */
export function partOf(name, told) {
  const wanted = fold(name);
  const isIn = (names) => names?.some((other) => fold(other) === wanted);
  if (!told) {
    return '';
  }
  if (told.founder && fold(told.founder) === wanted) {
    return 'founder';
  }
  return (isIn(told.moderators) && 'moderator') || (isIn(told.voiced) && 'voiced') || '';
}

/** Whether one may do what moderators do. */
export function isModerator(me, told) {
  return me.operator || ['founder', 'moderator'].includes(partOf(me.name, told));
}

/**
 * What one may do about somebody in a room: names of deeds, as `moderate` knows them.
 *
 * @param {{name: string, operator: boolean}} me
 * @param {string} name
 * @param {object|null} told what is known of the room
 * @param {boolean} isHere whether they are in it
 */
export function deedsOn(me, name, told, isHere) {
  if (!isModerator(me, told)) {
    return [];
  }
  const [mine, theirs] = [partOf(me.name, told), partOf(name, told)];
  const isSelf = fold(name) === fold(me.name);
  const isAbove = me.operator || (mine === 'founder' && theirs !== 'founder')
    || (mine === 'moderator' && !['founder', 'moderator'].includes(theirs));
  const isVoiced = told?.voiced.some((other) => fold(other) === fold(name));
  const isPlain = theirs === '' || theirs === 'voiced';
  return [
    isPlain && !isVoiced && !isSelf && 'voice',
    isVoiced && 'devoice',
    isPlain && 'op',
    theirs === 'moderator' && (isSelf || me.operator || mine === 'founder') && 'deop',
    !isSelf && isAbove && isHere && 'kick',
    !isSelf && isAbove && 'mute',
    !isSelf && isAbove && 'ban',
  ].filter(Boolean);
}
