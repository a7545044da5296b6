import { groupIds, type ChatMessage, type Translator } from '../../core/model';

/** Messages grouped under one name. */
export interface ChatGroup {
  key: string;
  sender: ChatMessage['sender'];
  receiver: ChatMessage['receiver'];
  sentAt: string;
  messages: ChatMessage[];
}

/** After this pause a new heading with a time is shown. */
const PAUSE_MS = 5 * 60_000;

/** Groups what one person wrote to the same receiver without a long pause. */
export function groupChat(chat: readonly ChatMessage[]): ChatGroup[] {
  const groups: ChatGroup[] = [];
  for (const message of chat) {
    const open = groups[groups.length - 1];
    const before = open?.messages[open.messages.length - 1];
    const together =
      open && before &&
      open.sender.userId === message.sender.userId &&
      open.receiver?.userId === message.receiver?.userId &&
      Date.parse(message.sentAt) - Date.parse(before.sentAt) < PAUSE_MS;
    if (together) open.messages.push(message);
    else groups.push({ key: message.id, sender: message.sender, receiver: message.receiver, sentAt: message.sentAt, messages: [message] });
  }
  return groups;
}

/** The longest chat text that the input takes, in UTF-16 units. */
export const CHAT_LIMIT = 4096;

/** The receiver of a message as text for its reader; empty for everyone. */
export function addressOf({ receiver }: Pick<ChatMessage, 'receiver'>, own: boolean, t: Translator['t']): string {
  if (!receiver) return '';
  if (receiver.userId === groupIds.hosts) return t('chat.toGroup', { name: t('chat.hosts') });
  if (receiver.userId === groupIds.waitingRoom) return t('chat.toGroup', { name: t('chat.waitingRoom') });
  return own ? t('chat.directTo', { name: receiver.name }) : t('chat.directToYou');
}

/** Whether a message went from one person to another alone. */
export function isPrivate({ receiver }: Pick<ChatMessage, 'receiver'>): boolean {
  return receiver !== null && receiver.userId !== groupIds.hosts && receiver.userId !== groupIds.waitingRoom;
}
