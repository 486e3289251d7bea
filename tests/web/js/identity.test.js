import { equal, ok, test } from './kit.js';
import { Channels, Kept, Page } from './world.js';

test('a second tab is somebody else', async () => {
  const first = await (await new Page().start()).enter('bob');
  const second = first.reload({ tab: new Kept() });
  await second.start();
  equal([second.state, second.session.rememberedName, second.last('hello')], ['door', 'bob', undefined]);
  await second.enter('bob2');
  const again = await second.reload().start();
  equal(again.last('hello').token, 'token of bob2');
});

test('a copy of a tab does not take its token', async () => {
  const first = await (await new Page().start()).enter('bob');
  const copy = new Kept();
  copy.setItem('twistchat:who', first.tab.getItem('twistchat:who'));
  const second = await first.reload({ tab: copy }).start();
  equal([second.state, second.last('hello')], ['door', undefined]);
});

test('a new tab takes over who nobody is any more, the last one first', async () => {
  const first = await (await new Page().start()).enter('bob');
  const second = await (await first.reload({ tab: new Kept() }).start()).enter('carol');
  await first.clock.advance(1_000);
  second.session.flush();
  second.channel.close();
  const third = await first.reload({ tab: new Kept() }).start();
  equal(third.last('hello').token, 'token of carol');
  const fourth = await first.reload({ tab: new Kept() }).start();
  equal([fourth.state, fourth.session.rememberedName], ['door', 'carol']);
});

test('of two tabs that open at once, one is who one was', async () => {
  const first = await (await new Page().start()).enter('bob');
  first.session.flush();
  first.channel.close();
  const [one, two] = [first.reload({ tab: new Kept() }), first.reload({ tab: new Kept() })];
  const started = [one.session.start(), two.session.start()];
  await first.clock.advance(200);
  await Promise.all(started);
  await one.greet();
  await two.greet();
  equal([one, two].map(({ state }) => state).sort(), ['door', 'entering']);
});

test('without channels a tab is still who it was', async () => {
  const first = await (await new Page({ channels: null }).start()).enter('bob');
  const again = await first.reload().start();
  equal(again.last('hello').token, 'token of bob');
});

test('where nothing can be kept, all goes on until the page is left', async () => {
  const broken = {
    get length() {
      throw new Error('no');
    },
    getItem() {
      throw new Error('no');
    },
    setItem() {
      throw new Error('no');
    },
    removeItem() {
      throw new Error('no');
    },
  };
  const page = await (await new Page({ local: broken, tab: broken }).start()).enter('bob');
  page.session.say(page.lobby, 'hello');
  await page.comeBack();
  equal(page.last('hello').token, 'token of bob');
  await page.welcome('bob', { resumed: true });
  equal(page.last('say').text, 'hello');
});

test('where the storage is full, what is new is kept in memory', async () => {
  const local = new Kept();
  const page = await (await new Page({ local }).start()).enter('bob');
  local.isFull = true;
  page.session.say(page.lobby, 'hello');
  await page.lose();
  await page.clock.advance(1_000);
  local.isFull = false;
  page.session.markRead(page.lobby, 1);
  await page.clock.advance(1_000);
  ok(local.getItem(local.key(0)).includes('hello'));
});

test('nonsense in the storage is nobody', async () => {
  const local = new Kept();
  local.setItem('twistchat:who:x', '{"na');
  local.setItem('twistchat:who:y', '7');
  const page = await new Page({ local, channels: new Channels() }).start();
  equal(page.state, 'door');
});

test('what is kept of another version, or changed by hand, is taken as far as it is sound', async () => {
  const entry = { key: 'k', room: '#lobby', text: 'waits', time: 5 };
  const sound = {
    name: 'ada', token: 't', rooms: { '#lobby': { seen: ['e1', 3] } }, privates: { '@bob': { name: 'Bob', seen: null } },
    ignored: ['eve'], outbox: [entry],
  };
  const broken = [
    { name: 7 }, { token: {} }, { rooms: null }, { rooms: [1] }, { rooms: { '#lobby': 3, lab: {}, '#x': { seen: 'e1' } } },
    { privates: { '@bob': null, '@eve': { name: 7 }, bob: {} } }, { privates: 'x' }, { ignored: [null, 7] }, { ignored: {} },
    { outbox: [null, {}, { ...entry, time: 'x' }, { ...entry, text: null }, { ...entry, room: 5 }, { ...entry, error: 1 }] },
    { outbox: 'xyz' }, { used: 'x' }, { person: 3 }, { account: 'yes' },
  ];
  for (const change of broken) {
    const local = new Kept();
    const record = `{"__proto__": {"isOdd": 1}, ${JSON.stringify({ ...sound, ...change }).slice(1)}`;
    local.setItem('twistchat:who:x', record);
    const page = await new Page({ local, channels: new Channels() }).start();
    await page.clock.advance(1000);
    const saved = page.identity.saved;
    const what = JSON.stringify(change);
    const [name] = Object.keys(change);
    equal(page.state, name === 'name' || name === 'token' ? 'door' : 'entering', what);
    equal([saved.isOdd, {}.isOdd], [undefined, undefined], what);
    equal(saved.outbox, name === 'outbox' ? [] : [entry], what);
    equal(Object.keys(saved.rooms), name === 'rooms' ? [] : ['#lobby'], what);
  }
});
