// What one types that is meant for the program.
import {
  closest, firstRoom, readChanges, readDuration, readOrder, readRooms, roomCalled,
} from '../../../twistchat/frontends/web/static/ui/orders.js';
import {
  countBytes, mayHoldPassword, readTyped, splitLines,
} from '../../../twistchat/frontends/web/static/ui/typed.js';
import { COMMANDS, commandCalled } from '../../../twistchat/frontends/web/static/ui/manual.js';
import { equal, ok, test } from './kit.js';

test('typed: a line without a slash is said as it is', () => {
  equal(readTyped('hello /me'), { say: 'hello /me' });
  equal(readTyped(' /me waves'), { say: ' /me waves' });
});

test('typed: two slashes say one', () => {
  equal(readTyped('//help me'), { say: '/help me' });
});

test('typed: a lone slash and a path are said', () => {
  equal(readTyped('/'), { say: '/' });
  equal(readTyped('/ what'), { say: '/ what' });
  equal(readTyped('/etc/passwd is a file'), { say: '/etc/passwd is a file' });
});

test('typed: a command and its words', () => {
  equal(readTyped('/JOIN  #cats '), { command: 'join', words: '#cats' });
  equal(readTyped('/me'), { command: 'me', words: '' });
});

test('typed: other names of commands', () => {
  equal(commandCalled('w'), 'msg');
  equal(commandCalled('quit'), 'exit');
  equal(commandCalled('constructor'), undefined);
  equal(new Set(COMMANDS).size, COMMANDS.length);
});

test('typed: an order of a moderator', () => {
  equal(readOrder('#Cats bob 10m no shouting', true), { room: '#cats', name: 'bob', seconds: 600, words: 'no shouting' });
  equal(readOrder('bob no shouting', true), { room: '', name: 'bob', seconds: null, words: 'no shouting' });
  equal(readOrder('#* 192.0.2.7 2d', true), { room: '#*', name: '192.0.2.7', seconds: 172800, words: '' });
  equal(readOrder('bob 10m'), { room: '', name: 'bob', seconds: null, words: '10m' });
  equal(readOrder(''), { room: '', name: '', seconds: null, words: '' });
});

test('typed: what begins like a time has to be one', () => {
  equal(readOrder('bob 10min spam', true), { badTime: '10min' });
  equal(readOrder('bob 0m', true), { badTime: '0m' });
});

test('typed: lengths of time', () => {
  equal(['30m', '12H', '7d', '2y', '7', 'd', '-1m'].map(readDuration), [1800, 43200, 604800, 63072000, null, null, null]);
});

test('typed: rules', () => {
  equal(readChanges('slow=10 secret  key=a=b'), { slow: '10', secret: 'on', key: 'a=b' });
});

test('typed: rooms, and what opens them', () => {
  equal(readRooms('#Cats key=sesame dogs,#birds'), [
    { name: '#cats', key: 'sesame' }, { name: '#dogs', key: '' }, { name: '#birds', key: '' },
  ]);
  equal(roomCalled('Ｌab'), '#lab');
  equal(firstRoom('#Lab all about it'), ['#lab', 'all about it']);
  equal(firstRoom('all about it'), ['', 'all about it']);
});

test('typed: pasted lines', () => {
  equal(splitLines('one\r\ntwo  \n\n  three\u2028four\n'), ['one', 'two', '  three', 'four']);
  equal(splitLines(' \n '), []);
});

test('typed: bytes, not characters', () => {
  equal(countBytes('héé你'), 8);
});

test('typed: what looks like a password', () => {
  ok(mayHoldPassword('login hunter2', 'bob'));
  ok(mayHoldPassword('Login bob correct horse battery', 'bob'));
  ok(!mayHoldPassword('login is on the left side', 'bob'));
  ok(!mayHoldPassword('login', 'bob'));
  ok(!mayHoldPassword('', 'bob'));
});

test('typed: the command that was meant', () => {
  equal(closest('jion', COMMANDS), 'join');
  equal(closest('hlep', COMMANDS), 'help');
  equal(closest('xyzzy', COMMANDS), null);
});
