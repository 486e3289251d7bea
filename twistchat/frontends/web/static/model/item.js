// What stands in a log: plain objects, whose identity lasts as long as they are shown.

import { isMention } from './mentions.js';
import { fold } from './names.js';

let made = 0;

/**
 * @typedef {object} Item
 * @property {string} id            unique on this page
 * @property {string} kind          'said' | 'topic' | 'joined' | 'left' | 'departed' | 'renamed' | 'moderated' | 'rules' | 'erased'
 *                                  | 'gap' | 'announced' | 'note' | 'invited' | 'absent'
 * @property {number} [number]      its number in the room, of what has one (and is not of an epoch that is over)
 * @property {number} time          seconds since 1970
 * @property {string} who           whose deed it was; of `renamed` the old name; '' of gaps and notes
 * @property {string} text          what was said, the topic, the new name, the words (why) of leaving and of moderators' deeds
 * @property {boolean} isMine
 * @property {boolean} isMention
 * @property {boolean} isPast       told later than it happened
 * @property {boolean} [action]
 * @property {boolean} [notice]
 * @property {boolean} [isPrivate]
 * @property {'pending'|'failed'} [state]  of one's own lines that are not known to be kept
 * @property {object} [error]       of a failed one: the error line, or {code: 'forgotten' | 'stale'}
 * @property {boolean} [canResend]  of a failed one: else its text is to be edited
 * @property {string} [key]
 * @property {number} [from]        of a gap: the first number left out
 * @property {number} [to]          of a gap: the last one; less than `from` where only the epoch has changed.
 *                                  Of `moderated` and `invited`: a name
 * @property {'page'|'deleted'|'unread'|'epoch'|'unloaded'} [why]
 * @property {boolean} [isLoading]  of a gap that is being filled
 * @property {string} [cause]       of left ('kicked', 'banned') and departed
 * @property {string} [deed]        of moderated
 * @property {number|null} [until]  of moderated
 * @property {object} [rules]       of rules; `changed`: names of those that were
 * @property {string[]} [changed]
 * @property {string} [by]          of erased: the moderator
 * @property {string} [room]        of invited
 */

/** Make an id for an item, unique on this page. */
function makeId() {
  made += 1;
  return `i${made}`;
}

/** Make a gap. @returns {Item} */
export function makeGap(from, to, why) {
  return {
    id: makeId(), kind: 'gap', time: 0, who: '', text: '', isMine: false, isMention: false, isPast: true, from, to, why,
  };
}

/** What is told as something else than it is called, by kinds of lines. */
const TEXTS = { topic: 'topic', renamed: 'new', left: 'words', departed: 'words', moderated: 'words', rules: '' };
const MORE = ['to', 'cause', 'deed', 'until', 'rules', 'changed', 'by', 'room', 'from', 'why'];

/**
 * Make an item of a line of the server's.
 * @param {object} line
 * @param {{me: string, time: number}} of who one is; what time to take where the line has none
 * @returns {Item}
 */
export function makeItem(line, { me, time }) {
  const kind = line.type === 'whispered' ? 'said' : line.type;
  const who = line.who ?? line.old ?? '';
  const text = String(line[TEXTS[line.type] ?? 'text'] ?? line.lines?.join('\n') ?? '');
  const isMine = who !== '' && fold(who) === fold(me);
  const item = {
    id: makeId(),
    kind,
    time: line.time ?? time,
    who,
    text,
    isMine,
    isMention: kind === 'said' && !isMine && isMention(text, me),
    isPast: line.past === true,
  };
  if (line.number) {
    item.number = line.number;
  }
  for (const name of ['action', 'notice']) {
    if (line[name]) {
      item[name] = true;
    }
  }
  if (line.type === 'whispered') {
    item.isPrivate = true;
  } else {
    for (const name of MORE) {
      if (line[name] !== undefined) {
        item[name] = line[name];
      }
    }
  }
  return item;
}

/** Make a line of one's own that is not kept yet. @returns {Item} */
export function makePending({ me, text, time, key, action, notice, isPrivate }) {
  return {
    id: makeId(), kind: 'said', time, who: me, text, isMine: true, isMention: false, isPast: false, state: 'pending', key,
    ...(action && { action }), ...(notice && { notice }), ...(isPrivate && { isPrivate }),
  };
}
