// What moderators type; a part of commands.js.

import { firstRoom, firstWord, readChanges, readOrder } from './orders.js';

const LASTING = new Set(['mute', 'ban', 'exempt', 'allow']);
const DEEDS = [
  'kick', 'mute', 'unmute', 'ban', 'unban', 'op', 'deop', 'voice', 'devoice', 'exempt', 'unexempt', 'allow', 'disallow',
];

/** What the commands of moderators do, by their names. */
export function moderates({ session, t, dialogs, chat }) {
  async function order(deed, { words, room, usage }) {
    const read = readOrder(words, LASTING.has(deed));
    if (read.badTime) {
      throw Object.assign(new Error(), { usage: t('commands.badTime', { word: read.badTime }) });
    }
    const where = read.room || room;
    if (!read.name || !where) {
      throw usage;
    }
    await session.moderate(deed, where, read.name, { seconds: read.seconds, words: read.words });
    return [t('commands.done')];
  }

  function conversationOf({ words, room, usage }) {
    const [named, rest] = firstRoom(words);
    const found = chat.conversations.get(named || room);
    if (!found) {
      throw usage;
    }
    return [found, rest];
  }

  return {
    ...Object.fromEntries(DEEDS.map((deed) => [deed, (given) => order(deed, given)])),
    bans: (given) => void dialogs.rules(conversationOf(given)[0], 'sanctions'),
    async rules(given) {
      const [conversation, rest] = conversationOf(given);
      if (!rest) {
        dialogs.rules(conversation);
        return undefined;
      }
      await session.changeRules(conversation.name, readChanges(rest));
      return [t('commands.done')];
    },
    async slow({ needed, room, usage }) {
      let [named, rest] = firstRoom(needed);
      const [seconds, behind] = firstWord(rest);
      [named, rest] = named ? [named, behind] : firstRoom(behind);
      if (!seconds || rest || !(named || room)) {
        throw usage;
      }
      await session.changeRules(named || room, { slow: seconds });
      return [t('commands.done')];
    },
    async delete({ needed, room, usage }) {
      const [named, rest] = firstRoom(needed);
      const [number, why] = firstWord(rest);
      if (!/^\d{1,15}$/.test(number) || !(named || room)) {
        throw usage;
      }
      await session.deleteLine(named || room, Number(number), why);
      return [t('commands.done')];
    },
  };
}
