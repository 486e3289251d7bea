import { equal, ok, test } from './kit.js';
import { Page, said, seen, TIME } from './world.js';

const own = (page) => page.lobby.log.items.filter(({ isMine, kind }) => isMine && kind === 'said');

test('what one says is pending, and then has its number', async () => {
  const page = await (await new Page().start()).enter('bob');
  const item = page.session.say(page.lobby, 'hello', { action: true });
  const { key, id, room, text, action } = page.last('say');
  equal([room, text, action, item.state, item.key === key], ['#lobby', 'hello', true, 'pending', true]);
  equal(seen(page.lobby), ['joined', 'pending']);
  await page.hear(said(1, 'before'), said(2, 'hello', { who: 'bob', key, id, action: true }));
  equal(seen(page.lobby), ['joined', 1, 2]);
  equal([page.lobby.log.items[2] === item, item.state, item.time, item.isMine], [true, undefined, TIME, true]);
  equal([page.identity.saved.outbox, page.lobby.unread], [[], 1]);
});

test('what others say stands before what is pending', async () => {
  const page = await (await new Page().start()).enter('bob');
  const [one, two] = ['one', 'two'].map((text) => page.session.say(page.lobby, text));
  await page.hear(said(1));
  equal(seen(page.lobby), ['joined', 1, 'pending', 'pending']);
  await page.hear(said(2, 'two', { who: 'bob', key: two.key }));
  equal(seen(page.lobby), ['joined', 1, 2, 'pending']);
  await page.hear(said(3, 'one', { who: 'bob', key: one.key }));
  equal(page.lobby.log.items.slice(2).map(({ text }) => text), ['two', 'one']);
});

test('an answer that was lost is asked for again, and nothing is said twice', async () => {
  const page = await (await new Page().start()).enter('bob');
  const item = page.session.say(page.lobby, 'hello');
  await page.comeBack();
  await page.welcome('bob', { resumed: true, lines: [said(1, 'hello', { who: 'bob' }), said(2)], number: 2 });
  equal([page.last('say').key, page.last('say').text], [item.key, 'hello']);
  await page.answer('say', { type: 'kept', room: '#lobby', epoch: 'e1', number: 1, key: item.key });
  equal(seen(page.lobby), ['joined', 1, 2]);
  equal(page.identity.saved.outbox, []);
});

test('what was not heard is said then', async () => {
  const page = await (await new Page().start()).enter('bob');
  const item = page.session.say(page.lobby, 'hello');
  await page.comeBack();
  await page.welcome('bob', { resumed: true, lines: [said(1)], number: 1 });
  await page.answer('say', said(2, 'hello', { who: 'bob', key: item.key }));
  equal([seen(page.lobby), item.number], [['joined', 1, 2], 2]);
});

test('a line that was kept before all that is shown shows no more', async () => {
  const page = await (await new Page().start()).enter('bob');
  page.session.say(page.lobby, 'hello');
  const again = await page.reload().start();
  const many = Array.from({ length: 3 }, (_, at) => said(50 + at));
  await again.welcome('bob', { resumed: true, lines: many, number: 52 });
  await again.answer('say', { type: 'kept', room: '#lobby', epoch: 'e1', number: 1, key: again.last('say').key });
  equal(seen(again.lobby), [50, 51, 52]);
});

test('a line that was kept in a gap stands in it', async () => {
  const page = await (await new Page().start()).enter('bob', { lines: [said(1)], number: 1 });
  const item = page.session.say(page.lobby, 'hello');
  await page.comeBack();
  const gap = { type: 'gap', room: '#lobby', epoch: 'e1', from: 2, to: 10, why: 'page' };
  await page.welcome('bob', { resumed: true, lines: [gap, said(11)], number: 11 });
  await page.answer('say', { type: 'kept', room: '#lobby', epoch: 'e1', number: 5, key: item.key });
  equal(seen(page.lobby), [1, 'joined', 'page 2-4', 5, 'page 6-10', 11]);
});

test('without a connection lines wait, in order, and over a reload', async () => {
  const page = await (await new Page().start()).enter('bob');
  await page.lose();
  page.session.say(page.lobby, 'one');
  page.session.say(page.chat.private('alice'), 'two', { notice: true });
  page.session.say(page.lobby, 'three');
  const again = await page.reload().start();
  equal(seen(again.lobby), ['pending', 'pending']);
  equal(seen(again.chat.private('alice')), ['pending']);
  await again.welcome('bob', { resumed: true });
  const sent = again.sent.filter(({ type }) => type === 'say');
  equal(sent.map(({ text, room, to, notice }) => [text, room ?? to, notice]), [['two', 'alice', true], ['one', '#lobby', null], ['three', '#lobby', null]]);
  equal(new Set(sent.map(({ key }) => key)).size, 3);
});

test('a refusal: it has failed, says why, and can be sent again under the same key', async () => {
  const page = await (await new Page().start()).enter('bob');
  const item = page.session.say(page.lobby, 'hello');
  await page.answer('say', { type: 'error', code: 'muted', text: 'You are muted.', about: '#lobby', until: 9, key: item.key });
  equal([item.state, item.error.code, item.error.until, item.canResend], ['failed', 'muted', 9, true]);
  const again = await page.reload().start();
  await again.welcome('bob', { resumed: true });
  equal([own(again)[0].state, own(again)[0].error.code], ['failed', 'muted']);
  equal(again.last('say'), undefined);
  ok(again.session.resend(own(again)[0]));
  equal([again.last('say').key, own(again)[0].state], [item.key, 'pending']);
  await again.answer('say', said(1, 'hello', { who: 'bob', key: item.key }));
  equal([seen(again.lobby), own(again)[0].error], [[1], undefined]);
});

for (const code of ['key-reused', 'text-long', 'nothing-to-say']) {
  test(`a refusal for ever (${code}): the text is given back`, async () => {
    const page = await (await new Page().start()).enter('bob');
    const item = page.session.say(page.lobby, 'hello');
    await page.answer('say', { type: 'error', code, key: item.key });
    equal([item.state, item.canResend, page.session.resend(item)], ['failed', false, false]);
    equal(page.session.discard(item), 'hello');
    equal([seen(page.lobby), page.identity.saved.outbox], [['joined'], []]);
  });
}

for (const code of ['stopping', 'not-kept-unknown']) {
  test(`a refusal for now (${code}): it is sent again by itself`, async () => {
    const page = await (await new Page().start()).enter('bob');
    const item = page.session.say(page.lobby, 'hello');
    await page.answer('say', { type: 'error', code, key: item.key });
    equal(item.state, 'pending');
    await page.clock.advance(5_000);
    const sent = page.sent.filter(({ type }) => type === 'say');
    equal([sent.length, sent[1].key], [2, item.key]);
  });
}

test('what the store did not take can be sent again', async () => {
  const page = await (await new Page().start()).enter('bob');
  const item = page.session.say(page.lobby, 'hello');
  await page.answer('say', { type: 'error', code: 'not-kept', key: item.key });
  equal([item.state, item.canResend], ['failed', true]);
  page.session.resend(item);
  equal(page.last('say').key, item.key);
});

test('after a day nobody knows a key any more', async () => {
  const page = await (await new Page().start()).enter('bob');
  const item = page.session.say(page.lobby, 'hello');
  await page.lose();
  page.clock.ms += 25 * 60 * 60 * 1000;
  await page.clock.advance(30_000);
  await page.greet();
  await page.welcome('bob', { resumed: true });
  equal([page.last('say'), item.state, item.error.code], [undefined, 'failed', 'stale']);
  const { key } = item;
  page.session.resend(item);
  equal([page.last('say').text, page.last('say').key === key], ['hello', false]);
});

test('a line to somebody follows them to their new name', async () => {
  const page = await (await new Page().start()).enter('bob');
  const between = page.chat.private('alice');
  const item = page.session.say(between, 'one');
  await page.answer('say', { type: 'error', code: 'no-such-person', about: 'alice' });
  await page.hear({ type: 'renamed', time: TIME, old: 'alice', new: 'Alicia' });
  page.session.resend(item);
  equal([page.last('say').to, page.last('say').key, between.key], ['Alicia', item.key, '@alicia']);
});

test('in a room from which one was put out nothing is said', async () => {
  const page = await (await new Page().start()).enter('bob');
  await page.hear({ type: 'left', room: '#lobby', time: TIME, who: 'bob', words: 'spam', cause: 'kicked' });
  equal([page.lobby.isJoined, seen(page.lobby)], [false, ['joined', 'left']]);
  const item = page.session.say(page.lobby, 'but');
  await page.answer('say', { type: 'error', code: 'not-in-room', about: '#lobby', key: item.key });
  equal([item.state, item.canResend], ['failed', true]);
});

test('a line that waited is of the name under which it was said', async () => {
  const page = await (await new Page().start()).enter('bob');
  await page.lose();
  const item = page.session.say(page.lobby, 'meanwhile');
  equal(item.who, 'bob');
  await page.clock.advance(30_000);
  await page.greet();
  await page.welcome('bob2', { epoch: 'e1' });
  await page.answer('say', said(1, 'meanwhile', { who: 'bob2', key: item.key }));
  equal([item.who, item.isMine, item.number], ['bob2', true, 1]);
});
