/** What each meeting of the demo world is for, by topic. */
const purposes: Readonly<Record<string, string>> = {
  'Demo meeting': 'Anyone can join immediately. Start here. If a host ends it, a host has to start it again.',
  'Only after the host': 'Participants get 3008 until the host joins.',
  'Open door, no passcode': 'Anyone can join without a passcode.',
  'Waiting room': 'Participants wait until the host admits them.',
  'Two participants at most': 'The third participant gets 4005.',
  'Scheduled for tomorrow': 'It is too early to join: participants get 3008.',
  'Deleted meeting': 'Every join fails with 3610.',
  'Browser joins turned off': 'Every join fails with 3611.',
  'Signed-in users only': 'Joins without a ZAK fail with 3100.',
  'Registration required': 'Joins without a registration fail with 3099, without an email address with 3000.',
  'Host deactivated': 'Every join fails with 3625.',
  'Host has not accepted the invitation': 'Every join fails with 3709.',
  'Host deleted': 'Every join fails with 3702.',
  'Meeting of another account': 'Joins without a ZAK or an OBF fail with 4012.',
  'Demo webinar': 'Attendees watch; the host and panelists speak.',
};

export const purposeOf = (topic: string): string => purposes[topic] ?? '';
