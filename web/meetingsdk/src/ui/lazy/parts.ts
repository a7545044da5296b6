/**
 * What nobody needs to join: it is drawn when a person opens it. These parts
 * are a chunk of their own, which a page loads once it is inside.
 */
export { OpenedDialog } from '../dialogs/OpenedDialog';
export { ChatPanel } from '../panels/ChatPanel';
export { ParticipantsPanel } from '../panels/ParticipantsPanel';
