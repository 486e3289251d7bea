import { equal, test } from './kit.js';
import { Page, said, seen, TIME } from './world.js';

const inLobby = async (of = {}) => (await new Page().start()).enter('bob', { names: ['alice', 'bob'], ...of });
const names = ({ members }) => [...members.values()].map(({ name }) => name);
const about = (type, more) => ({ type, time: TIME, ...more });

test('who comes and goes', async () => {
  const page = await inLobby();
  await page.hear(about('joined', { room: '#lobby', who: 'Carol' }), about('joined', { room: '#lobby', who: 'Carol' }));
  equal([names(page.lobby), page.lobby.count], [['alice', 'bob', 'Carol'], 3]);
  await page.hear(about('left', { room: '#lobby', who: 'carol', words: 'tea' }));
  equal([names(page.lobby), page.lobby.count, page.lobby.log.items.at(-1).text], [['alice', 'bob'], 2, 'tea']);
});

test('who leaves the chat leaves all rooms, and what one says to them', async () => {
  const page = await inLobby();
  await page.hear(
    { type: 'live', room: '#lab', epoch: 'e2', number: 0 },
    { type: 'members', room: '#lab', topic: '', names: ['alice', 'bob'], away: [], count: 2 },
    { type: 'live', room: '#other', epoch: 'e3', number: 0 },
    { type: 'whispered', epoch: 'p1', number: 1, time: TIME, who: 'alice', to: 'bob', text: 'psst' },
    about('departed', { who: 'alice', cause: 'timed out', words: '' }),
  );
  const last = (key) => page.chat.conversations.get(key).log.items.at(-1)?.kind;
  equal(['#lobby', '#lab', '#other', '@alice'].map(last), ['departed', 'departed', undefined, 'departed']);
  equal([names(page.lobby), page.chat.room('#lab').count], [['bob'], 1]);
});

test('somebody is called something else: in rooms, and in what one says to them', async () => {
  const page = await inLobby();
  await page.hear(about('away', { who: 'alice', words: 'tea' }), { type: 'whispered', epoch: 'p1', number: 1, time: TIME, who: 'alice', to: 'bob', text: 'psst' });
  const changes = [];
  page.chat.changed.listen((change) => change.oldKey && changes.push([change.oldKey, change.conversation.key]));
  await page.hear(about('renamed', { old: 'alice', new: 'Alicia' }));
  equal([names(page.lobby), page.lobby.members.get('alicia').away], [['Alicia', 'bob'], 'tea']);
  equal([changes, [...page.chat.conversations.keys()]], [[['@alice', '@alicia']], ['#lobby', '@alicia']]);
  equal(page.lobby.log.items.at(-1).text, 'Alicia');
  await page.hear({ type: 'whispered', epoch: 'p1', number: 2, time: TIME, who: 'Alicia', to: 'bob', text: 'it is me' });
  equal(seen(page.chat.private('alicia')), [1, 'renamed', 2]);
});

test('oneself is called something else', async () => {
  const page = await inLobby();
  const renamed = page.session.rename('Robert');
  await page.answer('rename', about('renamed', { old: 'bob', new: 'Robert' }));
  await renamed;
  await page.hear(said(1, 'robert?'), said(2, 'yes', { who: 'Robert' }));
  equal([page.chat.me.name, page.lobby.mentions, page.lobby.log.find(2).isMine], ['Robert', 1, true]);
  await page.comeBack();
  equal(page.last('hello').name, 'Robert');
});

test('away, and back', async () => {
  const page = await inLobby();
  await page.hear({ type: 'members', room: '#lobby', topic: '', names: ['alice', 'bob'], away: ['alice'], count: 2 });
  equal(page.lobby.members.get('alice').away, '');
  await page.hear(about('away', { who: 'alice', words: 'tea' }));
  equal(page.lobby.members.get('alice').away, 'tea');
  await page.hear(about('away', { who: 'alice', words: null }));
  equal(page.lobby.members.get('alice').away, null);
});

test('more people than names', async () => {
  const page = await inLobby();
  await page.hear(
    { type: 'members', room: '#lobby', topic: '', names: ['alice', 'bob'], away: [], count: 5000 },
    about('joined', { room: '#lobby', who: 'carol' }),
    about('left', { room: '#lobby', who: 'nobody we know', words: '' }),
    about('left', { room: '#lobby', who: 'nor this one', words: '' }),
  );
  equal([page.lobby.count, names(page.lobby)], [4999, ['alice', 'bob', 'carol']]);
});

test('put out of a room: it stays to be seen, and one does not come back by oneself', async () => {
  const page = await inLobby();
  await page.hear(
    { type: 'moderated', room: '#lobby', epoch: 'e1', number: 1, time: TIME, who: 'ada', deed: 'kick', to: 'bob', words: 'spam', until: null },
    about('left', { room: '#lobby', who: 'bob', words: 'spam', cause: 'kicked' }),
  );
  const { deed, to, text } = page.lobby.log.find(1);
  equal([deed, to, text], ['kick', 'bob', 'spam']);
  equal([page.lobby.isJoined, page.lobby.count, page.chat.conversations.size], [false, 0, 1]);
  await page.comeBack();
  equal(page.last('hello').rooms, {});
  await page.hear({ type: 'welcome', name: 'bob', resumed: true, token: 't', id: page.last('hello').id });
  const back = page.session.join('#lobby');
  equal(page.last('join').seen, ['e1', 1]);
  await page.answer('join', { type: 'ok' });
  equal((await back).key, '#lobby');
  page.session.close(page.lobby);
  equal(page.chat.conversations.size, 0);
});

test('what holds everywhere is told where the person is', async () => {
  const page = await inLobby();
  await page.hear({ type: 'moderated', room: '#*', time: TIME, who: 'ada', deed: 'mute', to: 'alice', words: '', until: 9 });
  equal([page.lobby.log.items.at(-1).deed, page.chat.conversations.size], ['mute', 1]);
});

test('an announcement, a note, an invitation', async () => {
  const page = await inLobby();
  await page.hear(
    about('announced', { text: 'The server stops at noon.', to: null }),
    { type: 'note', lines: ['4', 'is what it was'] },
    about('invited', { room: '#lab', who: 'alice', to: 'bob' }),
    about('invited', { room: '#lobby', who: 'alice', to: 'carol' }),
  );
  equal(page.lobby.log.items.slice(1).map(({ kind, text, to }) => [kind, text, to]), [
    ['announced', 'The server stops at noon.', null], ['note', '4\nis what it was', undefined], ['invited', '', 'carol'],
  ]);
  const invitation = page.chat.private('alice').log.items[0];
  equal([invitation.kind, invitation.room], ['invited', '#lab']);
});

test('rules, when they change and when they are read', async () => {
  const page = await inLobby();
  await page.hear({ type: 'rules', room: '#lobby', epoch: 'e1', number: 1, time: TIME, who: 'ada', rules: { slow: 10 }, changed: ['slow'] });
  equal([page.lobby.log.find(1).changed, page.lobby.log.find(1).rules], [['slow'], { slow: 10 }]);
  const read = page.session.readRules('#lobby');
  await page.answer('rules', { type: 'rules', room: '#lobby', rules: { slow: 10 }, founder: 'ada', moderators: ['ada'], voiced: [] });
  equal([(await read).founder, seen(page.lobby)], ['ada', ['joined', 1]]);
});

test('moderators’ deeds are asked for as the protocol has them', async () => {
  const page = await inLobby();
  page.session.moderate('mute', '#lobby', 'alice', { seconds: 600, words: 'spam' });
  const { type, room, to, seconds, words } = page.last('mute');
  equal([type, room, to, seconds, words], ['mute', '#lobby', 'alice', 600, 'spam']);
  page.session.moderate('kick', '#lobby', 'alice');
  equal(Object.keys(page.last('kick')), ['type', 'room', 'to', 'id']);
});
