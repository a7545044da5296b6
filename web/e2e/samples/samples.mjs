// The public sample apps, and how to join in each. Nothing of them is in
// here: only the names of the fields that a person fills in.

/** The settings that a sample's readme asks for; they are filled in as the files arrive in the browser. */
function settings({ meetingNumber, password }) {
  return { authEndpoint: 'http://localhost:4000', meetingNumber, passWord: password };
}

/** A script with its settings filled in: `name = ''`, whatever the kind of quotes or declaration, and whatever it was set to. */
export function filledIn(text, meeting) {
  let filled = text;
  for (const [name, value] of Object.entries(settings(meeting))) {
    filled = filled.replace(new RegExp(`\\b(${name}"?\\s*[=,]\\s*)(["'])[^"'\\n]*\\2`), (_, before) => before + JSON.stringify(value));
  }
  return filled;
}

/** Fills in the form of the web sample and follows it to the page that it opens. */
const byForm = (start, more = {}) => async (page, address, { meetingNumber, password }, name) => {
  await page.goto(new URL(start, address).href);
  await page.locator('#display_name').fill(name);
  await page.locator('#meeting_number').fill(meetingNumber);
  await page.locator('#meeting_pwd').fill(password);
  for (const [field, value] of Object.entries(more)) await page.locator(field).selectOption(value);
  const [meeting] = await Promise.all([page.context().waitForEvent('page'), page.locator('#join_meeting').click()]);
  return meeting;
};

/** Clicks the one button of a sample whose settings are in its script. */
const byButton = async (page, address) => {
  await page.goto(address);
  await page.getByRole('button', { name: 'Join Meeting' }).click();
  return page;
};

/** Files that are served in place of others, as the readme describes. */
const swap = (from, to) => ({ [from]: to });

/**
 * By name: `join` returns the page that is in the meeting. `participantName` is the
 * name that the sample itself sets, if it does not ask for one.
 */
export const samples = {
  'web-cdn': { join: byForm('/index.html') },
  'web-local': { join: byForm('/index.html') },
  'web-components': { join: byForm('/nav.html', { '#demoType': 'local' }) },
  'web-components-cdn': { join: byForm('/nav.html', { '#demoType': 'cdn' }) },
  'javascript-client': { join: byButton, participantName: 'JavaScript' },
  // Its read-me: comment the one view's scripts out and the other's in.
  'javascript-component': {
    join: byButton,
    participantName: 'JavaScript',
    page: (html) => html.replace(/<!-- (<script[^]*?<\/script>) -->/, '$1').replaceAll(/<script[^>]*(?:zoom-meeting-4|client-view)[^>]*><\/script>/g, ''),
  },
  'react-client': { join: byButton, participantName: 'React' },
  'react-component': { join: byButton, participantName: 'React', swap: swap('/src/App.tsx', '/src/App-New.tsx') },
  'vue-client': { join: byButton, participantName: 'Vue.js' },
  'vue-component': { join: byButton, participantName: 'Vue.js', swap: swap('/src/components/HelloWorld.vue', '/src/components/HelloWorldNew.vue') },
  'angular-client': { join: byButton, participantName: 'Angular' },
};
