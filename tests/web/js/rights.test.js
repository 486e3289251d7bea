// Who may do what, in which order people and conversations stand, and what the rules say.
import { membersOf } from '../../../twistchat/frontends/web/static/ui/members.js';
import { deedsOn, isModerator, partOf } from '../../../twistchat/frontends/web/static/ui/rights.js';
import { inOrder, neighbour, presenceOf } from '../../../twistchat/frontends/web/static/ui/sidebar.js';
import { Chat } from '../../../twistchat/frontends/web/static/model/chat.js';
import { Conversation } from '../../../twistchat/frontends/web/static/model/conversation.js';
import { fold } from '../../../twistchat/frontends/web/static/model/names.js';
import { equal, ok, test } from './kit.js';

const TOLD = { rules: { moderated: true }, founder: 'Fay', moderators: ['mo', 'may'], voiced: ['vi'] };

function me(name, operator = false) {
  return { name, operator };
}

function room(name, ...members) {
  const made = new Conversation({ kind: 'room', name });
  made.isJoined = true;
  for (const member of members) {
    made.members.set(fold(member), { name: member, away: null });
  }
  return made;
}

function chatOf(...conversations) {
  const chat = new Chat();
  chat.me.name = 'ada';
  for (const conversation of conversations) {
    chat.conversations.set(conversation.key, conversation);
  }
  return chat;
}

test('rights: which part somebody has', () => {
  equal(['fay', 'MO', 'vi', 'bob'].map((name) => partOf(name, TOLD)), ['founder', 'moderator', 'voiced', '']);
  equal(partOf('bob', null), '');
  ok(isModerator(me('mo'), TOLD));
  ok(isModerator(me('bob', true), null));
  ok(!isModerator(me('vi'), TOLD));
});

test('rights: nothing is offered to whoever may do nothing', () => {
  equal(deedsOn(me('bob'), 'carol', TOLD, true), []);
  equal(deedsOn(me('mo'), 'carol', null, true), []);
});

test('rights: what moderators may do', () => {
  equal(deedsOn(me('mo'), 'bob', TOLD, true), ['voice', 'op', 'kick', 'mute', 'ban']);
  equal(deedsOn(me('mo'), 'vi', TOLD, true), ['devoice', 'op', 'kick', 'mute', 'ban']);
  equal(deedsOn(me('mo'), 'bob', TOLD, false), ['voice', 'op', 'mute', 'ban']);
  equal(deedsOn(me('mo'), 'may', TOLD, true), []);
  equal(deedsOn(me('mo'), 'Fay', TOLD, true), []);
  equal(deedsOn(me('mo'), 'mo', TOLD, true), ['deop']);
});

test('rights: who made the room, and operators, take it back', () => {
  equal(deedsOn(me('fay'), 'mo', TOLD, true), ['deop', 'kick', 'mute', 'ban']);
  equal(deedsOn(me('boss', true), 'Fay', TOLD, true), ['kick', 'mute', 'ban']);
  equal(deedsOn(me('fay'), 'fay', TOLD, true), []);
});

test('rights: moderators stand first, and names in their order', () => {
  const lobby = room('#lobby', 'zoe', 'Bob', 'may', 'vi', 'alice', 'mo', 'Fay', 'p10', 'p9');
  const shown = membersOf(lobby, chatOf(lobby), TOLD);
  equal(shown.map(({ name }) => name), ['Fay', 'may', 'mo', 'vi', 'alice', 'Bob', 'p9', 'p10', 'zoe']);
  equal(shown[3].part, 'voiced');
});

test('rights: a voice is shown where it is worth something', () => {
  const lobby = room('#lobby', 'vi');
  equal(membersOf(lobby, chatOf(lobby), { ...TOLD, rules: { moderated: false } })[0].part, '');
});

test('rights: two in a private conversation, none in none', () => {
  const bob = new Conversation({ kind: 'private', name: 'bob' });
  equal(membersOf(bob, chatOf(bob), null).map(({ name }) => name), ['ada', 'bob']);
  equal(membersOf(null, chatOf(), null), []);
});

test('rights: conversations stand with the lobby first and people last', () => {
  const bob = new Conversation({ kind: 'private', name: 'bob' });
  equal(inOrder(chatOf(bob, room('#b'), room('#lobby'), room('#a'))).map(({ key }) => key), ['#lobby', '#a', '#b', '@bob']);
});

test('rights: the next conversation, and the next unread one', () => {
  const all = ['#a', '#b', '#c'].map((name) => room(name));
  equal(neighbour(all, '#a', 1, false).key, '#b');
  equal(neighbour(all, '#a', -1, false).key, '#c');
  equal(neighbour(all, '#a', 1, true), null);
  all[2].unread = 1;
  equal(neighbour(all, '#a', 1, true).key, '#c');
  equal(neighbour(all, '#c', 1, true), null);
  equal(neighbour([], null, 1, false), null);
});

test('rights: whether somebody is here is seen in the rooms', () => {
  const lobby = room('#lobby', 'bob', 'carol');
  lobby.members.get('carol').away = 'lunch';
  const chat = chatOf(lobby);
  const presence = (name, away = null) => presenceOf({ name, away }, chat);
  equal([presence('Bob'), presence('carol'), presence('dan'), presence('dan', '')], ['here', 'away', 'gone', 'away']);
});
