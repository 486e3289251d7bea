// What is fetched when it is wanted for the first time: dialogs and menus, which few need at once.

/** Which dialogs there are, by the modules that they are in. */
const DIALOGS = {
  account: ['account', 'rename'],
  person: ['person', 'whois', 'invite'],
  rooms: ['rooms', 'join', 'write', 'switcher', 'away', 'leave', 'exit'],
  rules: ['rules'],
  settings: ['settings'],
};
const MODULES = {
  account: () => import('./account.js'),
  commands: () => import('./commands.js'),
  commandsWords: () => import('../words/commands.js'),
  found: () => import('./found-panel.js'),
  lineMenu: () => import('./log-menu.js'),
  menu: () => import('./menu.js'),
  person: () => import('./person.js'),
  rooms: () => import('./rooms.js'),
  rules: () => import('./rules.js'),
  settings: () => import('./settings.js'),
};
const WAIT = 4000;

/**
 * Fetch a part of the page. Rejects with an error line.
 * @param {keyof typeof MODULES} name
 */
export async function fetchPart(name) {
  try {
    return await MODULES[name]();
  } catch (error) {
    // What cannot be fetched is a TypeError; anything else is a fault of ours.
    throw error instanceof TypeError ? { code: 'lost' } : error;
  }
}

/** Put the dialogs into `app.dialogs`; each replaces itself by the real one. */
export function mountLater(app) {
  for (const [name, dialogs] of Object.entries(DIALOGS)) {
    for (const dialog of dialogs) {
      app.dialogs[dialog] = async (...given) => {
        const part = await tried(app, fetchPart(name));
        if (part) {
          part.mount(app);
          app.dialogs[dialog](...given);
        }
      };
    }
  }
  // So that all is there when the connection is not.
  const { state } = app.session;
  const ended = state.listen((now) => now === 'in' && setTimeout(() => {
    if (state.value === 'in') {
      ended();
      Object.keys(MODULES).forEach((name) => fetchPart(name).catch(() => {}));
    }
  }, WAIT));
}

/** Open a menu, once it is here. */
export async function openMenuLater(app, ...given) {
  (await tried(app, fetchPart('menu')))?.openMenu(...given);
}

async function tried(app, fetching) {
  try {
    return await fetching;
  } catch {
    app.composer.note([app.t('later.lost')], { isError: true });
    return null;
  }
}
