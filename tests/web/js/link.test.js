import { equal, test } from './kit.js';
import { Clock, HELLO, Socket } from './world.js';
import { Link } from '../../../twistchat/frontends/web/static/net/link.js';

/** A link, and the sockets that it has made. */
function made(random = () => 1) {
  const clock = new Clock();
  const sockets = [];
  const lines = [];
  const states = [];
  const makeSocket = (url) => {
    sockets.push(new Socket(url));
    return sockets.at(-1);
  };
  const link = new Link({ url: 'ws://host/socket', makeSocket, timers: clock.timers, now: clock.now, random });
  link.line.listen((line) => lines.push(line));
  link.state.listen(({ state }) => states.push(state));
  const open = () => {
    sockets.at(-1).onopen();
    sockets.at(-1).onmessage({ data: `${JSON.stringify(HELLO)}\n` });
  };
  return { clock, link, sockets, lines, states, open };
}

test('a message holds lines, of which some are none', () => {
  const { link, sockets, lines, open } = made();
  link.open();
  open();
  sockets[0].onmessage({ data: '{"type":"a"}\n\n{"type":"b"}\nnonsense\n7\nnull\n{"type":"ping"}\n{"type":"c"}' });
  equal(lines.map(({ type }) => type), ['hello', 'a', 'b', 'c']);
  equal(sockets[0].sent, [{ type: 'pong' }]);
});

test('a lost connection is tried again, after longer and longer', async () => {
  const { clock, link, sockets, states } = made();
  link.open();
  const pauses = [];
  for (let tries = 0; tries < 9; tries += 1) {
    sockets.at(-1).onclose();
    pauses.push(link.state.value.until - clock.now());
    await clock.advance(pauses.at(-1));
  }
  equal(pauses, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  equal([states.slice(0, 3), link.state.value.tries], [['connecting', 'waiting', 'connecting'], 9]);
});

test('pauses differ, so that not all come back at once', () => {
  const { clock, link, sockets } = made(() => 0);
  link.open();
  sockets[0].onclose();
  equal(link.state.value.until - clock.now(), 250);
});

test('who was in for a while begins with a short pause', async () => {
  const { clock, link, sockets, open } = made();
  link.open();
  for (const [inFor, pause] of [[5_000, 500], [5_000, 1000], [12_000, 500]]) {
    open();
    link.entered();
    await clock.advance(inFor);
    sockets.at(-1).onclose();
    equal(link.state.value.until - clock.now(), pause);
    await clock.advance(pause);
  }
});

test('silence is asked about, and then believed', async () => {
  const { clock, link, sockets, open } = made();
  link.open();
  open();
  await clock.advance(19_000);
  equal(sockets[0].sent, []);
  await clock.advance(1_000);
  equal(sockets[0].sent, [{ type: 'ping' }]);
  await clock.advance(5_000);
  sockets[0].onmessage({ data: '{"type":"pong"}\n' });
  await clock.advance(19_000);
  equal(sockets[0].sent.length, 1);
  await clock.advance(1_000);
  equal([sockets[0].sent.length, link.state.value.state], [2, 'open']);
  await clock.advance(10_000);
  equal([sockets[0].isClosed, sockets[0].code, link.state.value.state], [true, 4000, 'waiting']);
});

test('a socket that opens and says nothing, and one that does not open', async () => {
  const { clock, link, sockets } = made();
  link.open();
  sockets[0].onopen();
  await clock.advance(10_500);
  equal([sockets[0].isClosed, sockets.length], [true, 2]);
  await clock.advance(15_000);
  equal([sockets[1].isClosed, link.state.value.state], [true, 'waiting']);
});

test('a connection that is doubted is asked at once, however lately it was heard', async () => {
  const { clock, link, sockets, open } = made();
  link.doubt();
  link.open();
  open();
  link.doubt();
  equal(sockets[0].sent, [{ type: 'ping' }]);
  await clock.advance(5_000);
  equal([sockets[0].isClosed, link.state.value.state], [true, 'waiting']);
  link.doubt();
  equal(sockets.length, 1);
});

test('to wake is to try at once, or to ask at once', async () => {
  const { clock, link, sockets, open } = made();
  link.open();
  sockets[0].onclose();
  link.wake();
  equal([sockets.length, link.state.value.state], [2, 'connecting']);
  await clock.advance(1_000);
  equal(sockets.length, 2);
  open();
  link.wake();
  equal(sockets[1].sent, []);
  await clock.advance(6_000);
  link.wake();
  equal(sockets[1].sent, [{ type: 'ping' }]);
  await clock.advance(5_000);
  equal([sockets[1].isClosed, link.state.value.state], [true, 'waiting']);
});

test('what an old socket still says is not heard', async () => {
  const { clock, link, sockets, lines, open } = made();
  link.open();
  const { onmessage, onclose } = { ...sockets[0] };
  sockets[0].onclose();
  await clock.advance(500);
  open();
  onmessage({ data: '{"type":"late"}\n' });
  onclose();
  equal([lines.map(({ type }) => type), link.state.value.state], [['hello'], 'open']);
});

test('closed is closed', async () => {
  const { clock, link, sockets, open } = made();
  link.open();
  open();
  link.close();
  await clock.advance(120_000);
  equal([sockets.length, sockets[0].isClosed, link.state.value.state, link.send({})], [1, true, 'closed', false]);
  link.wake();
  equal(sockets.length, 1);
  link.open();
  equal(sockets.length, 2);
});

test('a listener that closes it hears nothing more of the same message', () => {
  const { link, sockets, lines, open } = made();
  link.open();
  open();
  link.line.listen(() => link.close());
  sockets[0].onmessage({ data: '{"type":"a"}\n{"type":"b"}\n' });
  equal(lines.map(({ type }) => type), ['hello', 'a']);
});
