// The rules of a room, and who is muted or banned: to be changed by moderators, to be read by all.

import { el, fill } from '../elements.js';
import { rulesWords } from '../words/rules.js';
import { moderationWords } from '../words/moderation.js';
import { check, field } from './form.js';
import { actForm, openPanel } from './panel.js';
import { isModerator, rightsOf } from './rights.js';

const SWITCHES = ['invite_only', 'moderated', 'topic_locked', 'secret', 'outside'];
const UNDONE = { mutes: 'unmute', bans: 'unban', exempt: 'unexempt', allowed: 'disallow' };

/** Put `rules` into `app.dialogs`: `(conversation, 'sanctions'?)`. */
export function mount(app) {
  app.words.add(rulesWords);
  app.words.add(moderationWords);
  app.dialogs.rules = (conversation, part = '') => open(app, conversation, part);
}

async function open(app, conversation, part) {
  const { t, session, chat } = app;
  const body = el('div', { class: 'rows' }, el('p', { class: 'soft', role: 'status', text: t('rules.loading') }));
  openPanel(app, t(part ? 'rules.sanctionsTitle' : 'rules.title', { room: conversation.name }), body);
  let told;
  try {
    told = await session.readRules(conversation.name);
  } catch (error) {
    fill(body, el('p', { class: 'wrong', role: 'alert', text: t.error(error) }));
    return;
  }
  const mayChange = isModerator(chat.me, told);
  if (part) {
    await drawSanctions(app, conversation, body);
    return;
  }
  fill(body, mayChange ? formOf(app, conversation, told.rules) : sentencesOf(told.rules, t), rolesOf(told, t),
    mayChange && el('div', { class: 'row' }, el('button', {
      type: 'button', class: 'quiet', text: t('rules.toSanctions'),
      on: {
        click: () => {
          body.closest('dialog').close();
          open(app, conversation, 'sanctions');
        },
      },
    })));
  body.querySelector('input, button')?.focus();
}

/** The rules in words. */
function sentencesOf(rules, t) {
  const said = [
    rules.key && t('rules.isKey'),
    ...SWITCHES.filter((name) => rules[name]).map((name) => t(`rules.${name}`)),
    rules.limit > 0 && t('rules.isLimit', { count: rules.limit }),
    rules.slow > 0 && t('rules.isSlow', { count: rules.slow }),
    rules.retention && t('rules.isRetention', { kept: rules.retention }),
  ].filter(Boolean);
  return el('ul', { class: 'sentences' }, (said.length ? said : [t('rules.none')]).map((text) => el('li', { text })));
}

function rolesOf({ founder, moderators, voiced }, t) {
  const roles = [
    founder && [t('rules.founder'), [founder]],
    moderators.length > 0 && [t('rules.moderators'), moderators],
    voiced.length > 0 && [t('rules.voiced'), voiced],
  ].filter(Boolean);
  return roles.length > 0 && el('dl', { class: 'facts' }, roles.map(([term, names]) => [
    el('dt', { text: term }),
    el('dd', {}, names.map((name, index) => [index > 0 && ', ', el('bdi', { text: name })])),
  ]));
}

function formOf(app, conversation, rules) {
  const { t, session } = app;
  const isOn = Object.fromEntries(SWITCHES.map((name) => [name, rules[name]]));
  const switches = SWITCHES.map((name) => check({
    label: t(`rules.${name}`), isOn: rules[name], onChange: (value) => { isOn[name] = value; },
  }));
  let isKeyless = false;
  const key = field({
    label: t('rules.key'), hint: t(rules.key ? 'rules.keySet' : 'rules.keyHint'), autocomplete: 'off', maxlength: '64',
  });
  const keyless = rules.key && check({
    label: t('rules.keyless'), isOn: false,
    onChange: (value) => {
      isKeyless = value;
      key.input.disabled = value;
    },
  });
  const number = (name) => field({
    label: t(`rules.${name}`), hint: t(`rules.${name}Hint`), type: 'number', min: '0', inputmode: 'numeric', value: String(rules[name]),
  });
  const [limit, slow] = [number('limit'), number('slow')];
  const retention = field({ label: t('rules.retention'), hint: t('rules.retentionHint'), value: rules.retention ?? '', placeholder: '7d,1000' });

  return actForm(app, {
    submit: t('rules.save'),
    async act() {
      const change = Object.fromEntries(SWITCHES.filter((name) => isOn[name] !== rules[name]).map((name) => [name, isOn[name]]));
      for (const [name, { value }] of [['limit', limit], ['slow', slow]]) {
        if (Number(value || 0) !== rules[name]) {
          change[name] = Number(value || 0);
        }
      }
      if (isKeyless || key.value) {
        change.key = isKeyless ? null : key.value;
      }
      if (retention.value.trim() !== (rules.retention ?? '')) {
        change.retention = retention.value.trim() || null;
      }
      if (Object.keys(change).length) {
        await session.changeRules(conversation.name, change);
        rightsOf(app).read(conversation);
      }
    },
  }, el('div', {}, switches.map(({ element }) => element)), key.element, keyless?.element,
  limit.element, slow.element, retention.element);
}

async function drawSanctions(app, conversation, body) {
  const { t, session } = app;
  try {
    const answered = await session.sanctions(conversation.name);
    const told = answered.answer ?? answered;
    const lists = Object.keys(UNDONE).filter((kind) => told[kind].length > 0);
    fill(body, lists.map((kind) => el('section', {}, el('h3', { text: t(`rules.${kind}`) }),
      el('ul', { class: 'sanctions' }, told[kind].map((sanction) => sanctionRow(app, conversation, kind, sanction))))),
    lists.length === 0 && el('p', { class: 'soft', text: t('rules.nobody') }));
  } catch (error) {
    fill(body, el('p', { class: 'wrong', role: 'alert', text: t.error(error) }));
  }
}

/** Take a row away that holds no more, and its list with the last one. */
function takeAway(row, t) {
  const section = row.closest('section');
  const body = section.parentElement;
  const dialog = section.closest('dialog');
  row.remove();
  if (!section.querySelector('li')) {
    section.remove();
  }
  if (!body.querySelector('li')) {
    fill(body, el('p', { class: 'soft', text: t('rules.nobody') }));
  }
  (section.isConnected && section.querySelector('button') || dialog.querySelector('header button')).focus();
}

function sanctionRow(app, { name: room }, kind, { to, who, words: why, until }) {
  const { t, session } = app;
  const wrong = el('span', { class: 'wrong', role: 'alert' });
  const when = until ? t('rules.until', { when: app.words.when(until) }) : t('rules.forGood');
  const button = el('button', {
    type: 'button', text: t('rules.undo'), 'aria-label': t('rules.undoOf', { name: to }),
    on: {
      click: async () => {
        button.disabled = true;
        try {
          await session.moderate(UNDONE[kind], room, to, {});
          takeAway(row, t);
        } catch (error) {
          button.disabled = false;
          fill(wrong, t.error(error));
        }
      },
    },
  });
  const row = el('li', {}, el('div', {}, el('bdi', { class: 'sanction-name', text: to }),
    el('p', { class: 'soft small', text: [t('rules.by', { who }), when].join(' · ') }),
    why && el('p', { class: 'small', text: why, dir: 'auto' }), wrong), button);
  return row;
}
