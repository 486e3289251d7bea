import { partsOf } from '../../../twistchat/frontends/web/static/ui/log-text.js';
import { equal, ok, test } from './kit.js';

/** The links of a text, in short: what is clicked, and where it leads if that is something else. */
function links(text) {
  const parts = partsOf(text);
  equal(parts.map((part) => part.text).join(''), text, 'all of the text');
  return parts.filter((part) => part.type !== 'text').map((part) => part.text);
}

test('text without links is one part', () => {
  equal(partsOf('hello, world'), [{ type: 'text', text: 'hello, world' }]);
  equal(partsOf(''), []);
});

test('addresses of the web are links', () => {
  equal(partsOf('see https://example.com/a?b=c#d now'), [
    { type: 'text', text: 'see ' },
    { type: 'link', text: 'https://example.com/a?b=c#d', href: 'https://example.com/a?b=c#d' },
    { type: 'text', text: ' now' },
  ]);
  equal(links('HTTP://EXAMPLE.COM and http://192.168.1.7:8000/'), ['HTTP://EXAMPLE.COM', 'http://192.168.1.7:8000/']);
});

test('what ends a sentence does not belong to the address', () => {
  equal(links('(see https://example.com/a).'), ['https://example.com/a']);
  equal(links('https://en.wikipedia.org/wiki/Go_(game)'), ['https://en.wikipedia.org/wiki/Go_(game)']);
  equal(links('[https://example.com]!'), ['https://example.com']);
  equal(links('"https://example.com", <https://example.com/x>'), ['https://example.com', 'https://example.com/x']);
  equal(links('https://example.com/a, https://example.com/b; https://example.com/c...'), [
    'https://example.com/a',
    'https://example.com/b',
    'https://example.com/c',
  ]);
});

test('Chinese has no spaces around an address', () => {
  equal(links('看https://example.com/a，很好'), ['https://example.com/a']);
  equal(links('（https://example.com/a）'), ['https://example.com/a']);
  equal(links('在 https://zh.wikipedia.org/wiki/围棋。'), ['https://zh.wikipedia.org/wiki/围棋']);
  equal(links('「https://example.com」“https://example.org”'), ['https://example.com', 'https://example.org']);
});

test('nothing else is a link', () => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'xhttps://example.com',
    'https://',
    'https://:80',
    'http://bank.example@evil.example/',
    'ftp://example.com',
    'www.example.com',
  ]) {
    equal(links(text), [], text);
  }
});

test('an address ends where the direction of writing is turned', () => {
  equal(links('https://example.com/\u202egpj.exe'), ['https://example.com/']);
  equal(links('https://example.com/a\u2066b'), ['https://example.com/a']);
});

test('rooms and lines of rooms', () => {
  equal(partsOf('as in #lab/12.'), [
    { type: 'text', text: 'as in ' },
    { type: 'room', text: '#lab/12', key: '#lab', number: 12 },
    { type: 'text', text: '.' },
  ]);
  equal(links('#lab, #教室/3 (#a-b_c)'), ['#lab', '#教室/3', '#a-b_c']);
  equal(links('去#教室看看'), ['#教室看看']);
});

test('a number is no room, nor is the end of a word', () => {
  equal(links('we are #1, C#sharp, a#b, &#39; ##x'), []);
  equal(links('https://example.com/#part'), ['https://example.com/#part']);
});

test('a long text costs no time', () => {
  const from = performance.now();
  partsOf('('.repeat(8000) + 'https://example.com/' + ')'.repeat(8000));
  partsOf('#'.repeat(16000));
  partsOf('http://'.repeat(2400));
  partsOf(`https://example.com/${'a.'.repeat(8000)}`);
  partsOf(`https://example.com/${').'.repeat(8000)}`);
  ok(performance.now() - from < 500, `took ${performance.now() - from} ms`);
});

test('a long text that is nearly an address takes no time', () => {
  for (const part of ['http://[', 'ahttp://', 'http://a)', 'https://a@', '#a.', '#1', 'http://(']) {
    const text = part.repeat(Math.floor(16_000 / part.length));
    const begun = performance.now();
    partsOf(text);
    const took = performance.now() - begun;
    ok(took < 60, `${part} takes ${took} ms`);
  }
  equal(links(`http://[${'x'.repeat(5000)} http://example.org/`), ['http://example.org/']);
});
