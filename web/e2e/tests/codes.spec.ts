import { claims, sign, type World } from '../world.ts';
import { expect, test, views, type View } from '../fixtures.ts';
import type { Fields, JoinOptions } from '../person.ts';
import { expectRefusal, type Refusal } from '../refusals.ts';

/** One code and a join that is refused with it, in a fresh demo world with nobody else inside. */
interface Case extends Refusal {
  /** The join's options, under Component View's names unless the view is asked. */
  join: (world: World, view: View) => Promise<Fields>;
  /** Options of init; false: init is not called. */
  init?: Fields | false;
  /** The options are under the view's own names already. */
  asIs?: boolean;
}

const demo = 'Demo meeting';
const open = 'Open door, no passcode';

/** Options for a meeting signed with an app's own secret and changed claims. */
function signedBy(world: World, app: string, topic: string, changes: Fields = {}, secret?: string): Fields {
  const { sdkKey, sdkSecret } = world.app(app);
  const { number, password } = world.meeting(topic);
  const all: Fields = { ...claims(sdkKey, number), ...changes };
  for (const [claim, value] of Object.entries(changes)) if (value === undefined) Reflect.deleteProperty(all, claim);
  return { meetingNumber: number, userName: 'Grace', signature: sign(secret ?? sdkSecret, all), ...(password ? { password } : {}) };
}

const joining = (topic: string, changes: Fields = {}) => async (world: World) => ({ ...(await world.joining(topic, 'Grace')), ...changes });
const starting = (topic: string, changes: Fields = {}) => async (world: World) => ({ ...(await world.joining(topic, 'Grace', 1)), ...changes });
const changed = (changes: Fields, app = 'Classroom', topic = open) => (world: World) => Promise.resolve(signedBy(world, app, topic, changes));

const now = () => Math.floor(Date.now() / 1000);
const invalid = { code: 3712, name: 'SIGNATURE_INVALID', message: 'Signature is invalid.' };
const parameter = { code: 4003, name: 'INVALID_PARAMETER', message: 'Invalid parameter' };
const passcode = { code: 3004, name: 'WRONG_MEETING_PASSWORD', message: 'Meeting Passcode wrong.' };
const key = { code: 3704, name: 'API_KEY_INVALID', message: 'The accounts API Key is not valid.' };
const role = { code: 3708, name: 'ROLE_ERROR', message: 'Incorrect role.' };
const expired = { code: 3705, name: 'SIGNATURE_EXPIRED', message: 'The signature has expired.' };
const notHost = { code: 3003, name: 'ERROR_NOT_HOST', message: 'You are not the meeting host.' };
const anonymous = 'Anonymous joins are not allowed for this SDK app. Authenticate the Zoom user and provide a ZAK or OBF token.';
const userToken = "The OBF or ZAK token is not provided or invalid. Make sure it's not expired or malformed.";

const cases: Case[] = [
  { code: 2, name: 'MEETING_NOT_INIT', message: 'Meeting not initialized.', cause: 'init_not_called', inPage: true, init: false, join: joining(open) },

  { ...parameter, cause: 'meetingNumber_missing', join: joining(open, { meetingNumber: '' }) },
  { ...parameter, cause: 'meetingNumber_malformed', join: joining(open, { meetingNumber: 'https://example.com/j/123456789' }) },
  { ...parameter, cause: 'userName_missing', join: joining(open, { userName: '' }) },
  { ...parameter, cause: 'userName_too_long', join: joining(open, { userName: 'x'.repeat(129) }) },
  { ...parameter, cause: 'signature_missing', join: joining(open, { signature: '' }) },
  { ...parameter, cause: 'zak_and_obf', join: joining(open, { zak: 'one', obfToken: 'other' }) },

  { ...key, cause: 'unknown_key', join: changed({ appKey: 'nobodysKeyAtAll1234567', sdkKey: undefined }) },
  { ...key, cause: 'key_of_other_kind', join: changed({}, 'Video calls') },
  { code: 3710, name: 'API_KEY_DISABLED', message: 'The accounts API Key is deactivated.', cause: 'app_disabled', join: changed({}, 'Retired app') },
  { code: 3713, name: 'NO_PERMISSION', message: 'No permission.', cause: 'sdk_feature_off', join: changed({}, 'Without the SDK') },

  { ...invalid, cause: 'other_apps_secret', join: (w) => Promise.resolve(signedBy(w, 'Classroom', open, {}, w.app('Billing portal').sdkSecret)) },
  { ...invalid, cause: 'unknown_secret', join: (w) => Promise.resolve(signedBy(w, 'Classroom', open, {}, 'a secret nobody has')) },
  { ...invalid, cause: 'secret_whitespace', join: (w) => Promise.resolve(signedBy(w, 'Classroom', open, {}, `${w.app('Classroom').sdkSecret}\n`)) },
  { ...invalid, cause: 'key_secret_swapped', join: (w) => Promise.resolve(signedBy(w, 'Classroom', open, {}, w.app('Classroom').sdkKey)) },
  { ...invalid, cause: 'mn_other_meeting', join: async (w) => ({ ...(await w.joining(open, 'Grace')), signature: await w.signature(w.meeting(demo).number) }) },
  { ...invalid, cause: 'app_key_missing', join: changed({ appKey: undefined, sdkKey: undefined }) },
  { ...invalid, cause: 'iat_in_future', join: changed({ iat: now() + 600 }) },
  { ...invalid, cause: 'lifetime_too_short', join: changed({ exp: now() + 600, tokenExp: now() + 600 }) },
  { ...invalid, cause: 'placeholder', join: joining(open, { signature: 'undefined' }) },
  { ...expired, cause: 'expired', join: changed({ iat: now() - 7200, exp: now() - 60, tokenExp: now() - 60 }) },
  { ...role, cause: 'role_missing', join: changed({ role: undefined }) },
  { ...role, cause: 'role_not_0_or_1', join: changed({ role: 5 }) },

  { code: 3001, name: 'ERROR_NOT_EXIST', message: 'Meeting does not exist.', cause: 'unknown_number', join: async (w) => ({ meetingNumber: '100000001', userName: 'Grace', signature: await w.signature('100000001') }) },
  { code: 3610, name: 'MEETING_NOT_EXIST_ALT', message: 'Meeting does not exist.', cause: 'deleted', join: joining('Called off') },
  { code: 3702, name: 'HOST_NOT_FOUND', message: 'The meeting host does not exist.', cause: 'host_deleted', join: joining('The host was deleted') },
  { code: 3709, name: 'HOST_NOT_FOUND', message: 'The meeting host is not found.', cause: 'host_pending', join: joining('The host never signed up') },
  { code: 3625, name: 'HOST_INACTIVE', message: 'Meeting host is inactive.', cause: 'host_inactive', join: joining('The host was deactivated') },
  {
    code: 3611, name: 'USE_DESKTOP_OR_MOBILE', message: 'Unable join from browser, please join using the Zoom desktop client or mobile app.',
    cause: 'browser_join_off', join: joining('Not in a browser'),
  },

  { code: 3623, name: 'TOKEN_ERROR_ALT', message: 'Token error', cause: 'malformed', join: joining(demo, { zak: 'not-a-zak' }) },
  { ...notHost, cause: 'no_zak', join: starting(demo) },
  { ...notHost, cause: 'not_host', join: async (w) => ({ ...(await w.joining(demo, 'Mia', 1)), zak: await w.zak('mia@acme.example') }) },
  { code: 3624, name: 'HOST_EMAIL_REQUIRED', message: 'Please use host/alternative email to start the webinar.', cause: 'no_host_credentials', join: starting('Demo webinar') },
  { code: 3000, name: 'EMAIL_REQUIRED', message: 'User email is required.', cause: 'email_missing', join: joining('Demo webinar') },
  { code: 3100, name: 'LOGIN_REQUIRED', message: 'Require login', cause: 'zak_missing', join: joining('Signed-in people only') },
  { ...passcode, cause: 'passcode_wrong', join: joining(demo, { password: 'certainly-wrong' }) },
  { ...passcode, cause: 'passcode_missing', join: joining(demo, { password: '' }) },
  {
    ...passcode, cause: 'option_misspelt', asIs: true,
    join: async (w, view) => {
      const { password, ...rest } = await w.joining(demo, 'Grace');
      return { ...rest, [view === 'client' ? 'password' : 'passWord']: password };
    },
  },
  { code: 3008, name: 'MEETING_NOT_START', message: 'Meeting has not started', cause: 'host_not_here', init: { isShowJoiningErrorDialog: false }, result: { topic: 'Only after the host', scheduleTime: null }, join: joining('Only after the host') },

  { code: 4011, name: 'NOT_ALLOW_CROSS_JOIN', message: 'This app is not published and may not join meetings of another account.', cause: 'app_not_published', join: changed({}, 'Draft app') },
  { code: 4012, name: 'NOT_ALLOW_ANONYMOUS_JOIN', message: anonymous, cause: 'no_token', join: changed({}, 'Partner app') },
  {
    code: 4013, name: 'USER_LEVEL_TOKEN_NOT_HAVE_HOST_ZAK_OBF', message: userToken, cause: 'zak_malformed',
    join: (w) => Promise.resolve({ ...signedBy(w, 'Partner app', open), zak: 'not-a-zak' }),
  },
];

// A refused join leaves nothing behind, and whoever is let in leaves with the page.
test.use({ sharedServer: true });

for (const view of views) {
  test.describe(`${view} view`, () => {
    for (const { join, init = {}, asIs = false, ...refusal } of cases) {
      test(`${refusal.code} ${refusal.cause}`, async ({ world, people }) => {
        const person = await people.open(view);
        if (init !== false) await person.init(init);
        const options = await join(world, view);
        const outcome = asIs ? await person.joinWith(options) : await person.join(options as JoinOptions);
        await expectRefusal(person, outcome, refusal);
        expect(await person.told('page error')).toEqual([]);
      });
    }

    test('3265 expired', async ({ world, people }) => {
      const person = await people.open(view);
      await person.init();
      // While it is valid the ZAK is somebody's who may not start the meeting.
      const options = { ...(await world.joining(demo, 'Mia', 1)), zak: await world.zak('mia@acme.example', 1) };
      await expect(async () => {
        const outcome = await person.join(options);
        expect((outcome.rejected ?? outcome.error)?.['errorCode']).toBe(3265);
      }).toPass();
      await person.page.reload();
      await person.init();
      await expectRefusal(person, await person.join(options), { code: 3265, name: 'TOKEN_ERROR', message: 'Token error', cause: 'expired' });
    });

    test('0: let in', async ({ world, people }) => {
      const person = await people.open(view);
      await person.enter(await world.joining(demo, 'Grace'));
      await expect.poll(() => person.states()).toEqual(view === 'client' ? [1, 2] : ['Connecting', 'Connected']);
      expect(await person.self()).toMatchObject({ userName: 'Grace', isHost: false });
      expect(await person.told('page error')).toEqual([]);
    });
  });
}
