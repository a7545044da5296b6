import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { ERROR_ROWS } from '../../core/errcodes.gen';
import type { Failure } from '../../core/model';
import { RefusalPanel, isShownInWidget } from '../component/RefusalPanel';
import { Dialogs } from '../dialogs/Dialogs';
import { enUS } from '../i18n/en-US';
import { codesWithText, refusalInfo } from '../logic/refusals';
import { EndedPage } from '../pages/EndedPage';
import { person, renderInView, state } from './fake';

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const texts: Record<string, string> = enUS;
const wrong: Failure = {
  errorCode: 3004, name: 'WRONG_MEETING_PASSWORD', errorMessage: 'Meeting Passcode wrong.', cause: 'passcode_wrong', remedy: 'Pass `passWord` as text: GET /dev/v1/world lists it.',
  retryable: false, retryAfter: null, attemptId: 'att_1', docs: 'javascript:alert(1)', joinFailed: true,
};
const refused = (change: Partial<Failure> = {}) => state([], { phase: 'initialised', failure: { ...wrong, ...change } });

describe('the text of a refusal', () => {
  it.each(ERROR_ROWS.filter(({ code }) => code !== 0).map(({ code, name }) => [code, name]))('%i %s tells the user what is wrong and what helps', (code) => {
    expect(codesWithText).toContain(code);
    const { key } = refusalInfo({ errorCode: code, cause: '' });
    for (const part of ['say', 'do']) {
      const sentence = texts[`refused.${key}.${part}`] ?? '';
      expect(sentence).toMatch(/^[A-Z].{10,}/);
      expect(sentence, 'no words for developers').not.toMatch(/\b(token|signature|JWT|ZAK|OBF|SDK|API|GET|POST|null|parameter)\b|`|_|\//i);
    }
  });

  it('has none that no code leads to, and none twice', () => {
    const keys = Object.keys(texts).filter((key) => key.startsWith('refused.')).map((key) => key.split('.')[1]);
    const causes = ['3004 passcode_missing', '3004 throttled', '3005 other_view_in_page', '3005 other_meeting_live', '3008 too_early', '3008 practice_session', '3009 not_admitted', '3099 tk_pending', '3620 registrant_denied',
      '3621 offline', '3621 local_network_blocked', '3621 websocket_blocked', '4003 userName_missing', '4009 too_many_joins', '1 browser_unsupported', '200 asset_blocked'].map((pair) => pair.split(' '));
    const used = new Set([...codesWithText.map((errorCode) => refusalInfo({ errorCode, cause: '' }).key), ...causes.map(([code, cause]) => refusalInfo({ errorCode: Number(code), cause: cause ?? '' }).key)]);
    expect([...new Set(keys)].filter((key) => !used.has(key as never))).toEqual([]);
  });

  it('of an unknown code are plain ones', () => {
    expect(refusalInfo({ errorCode: 9999, cause: 'x' })).toEqual({ key: 'other', recovery: null });
  });
});

describe('the dialog of a refusal', () => {
  it('shows a participant no text for developers', () => {
    const { model } = renderInView(<Dialogs />, refused());
    const dialog = screen.getByRole('alertdialog', { name: 'You couldn’t join the meeting' });
    for (const text of ['The passcode is incorrect.', '3004', 'att_1']) expect(dialog.textContent).toContain(text);
    for (const text of ['WRONG_MEETING_PASSWORD', 'passcode_wrong', 'world', 'Meeting Passcode wrong']) expect(dialog.textContent).not.toContain(text);
    fireEvent.keyDown(dialog, { key: 'Escape' });
    expect(model.actions.dismissFailure).toHaveBeenCalledOnce();
  });

  it('folds them below where they are wanted, and never links to a script', () => {
    renderInView(<Dialogs />, refused({ forDevelopers: true, evidence: 'another one was given' }));
    const dialog = screen.getByRole('alertdialog');
    const part = dialog.querySelector('details');
    expect(part?.open).toBe(false);
    for (const text of ['WRONG_MEETING_PASSWORD', 'passcode_wrong', 'another one was given', 'Meeting Passcode wrong.']) expect(part?.textContent).toContain(text);
    expect(part?.querySelector('code:last-of-type')?.textContent).toBe('passcode_wrong');
    expect(dialog.querySelector('a')).toBeNull();
  });

  it('takes the passcode and joins with it', () => {
    const { model } = renderInView(<Dialogs />, refused());
    const field = screen.getByLabelText('Passcode');
    expect(document.activeElement).toBe(field);
    fireEvent.change(field, { target: { value: '00123' } });
    fireEvent.submit(field);
    expect(model.actions.joinAgain).toHaveBeenCalledExactlyOnceWith('00123');
  });

  it('marks a passcode that was refused once more, so that it is typed over', () => {
    const { model } = renderInView(<Dialogs />, refused());
    const field = screen.getByLabelText<HTMLInputElement>('Passcode');
    fireEvent.change(field, { target: { value: 'wrong' } });
    field.setSelectionRange(5, 5);
    act(() => model.set(refused({ attemptId: 'att_2' })));
    expect([field.value, field.selectionStart, field.selectionEnd]).toEqual(['wrong', 0, 5]);
  });

  it('waits while the join is tried again, and takes no second one', () => {
    const { model } = renderInView(<Dialogs />, refused({ errorCode: 3711, cause: 'host_busy', retrying: true }));
    fireEvent.click(screen.getByRole('button', { name: 'Joining…' }));
    expect(model.actions.joinAgain).not.toHaveBeenCalled();
  });
});

describe('the panel of a refusal in the widget', () => {
  it('is there where the person can do something about it', () => {
    expect(isShownInWidget(wrong)).toBe(true);
    expect(isShownInWidget({ ...wrong, errorCode: 3008, cause: 'host_not_here' })).toBe(true);
    expect(isShownInWidget({ ...wrong, errorCode: 3712, cause: 'unknown_secret' })).toBe(false);
    expect(isShownInWidget({ ...wrong, joinFailed: false })).toBe(false);
    expect(isShownInWidget(null)).toBe(false);
  });

  it('shows that the meeting has not started, with a button to leave', () => {
    const { model } = renderInView(<RefusalPanel failure={{ ...wrong, errorCode: 3008, cause: 'host_not_here' }} />, refused());
    expect(screen.getByRole('heading').textContent).toBe('This meeting hasn’t started yet');
    fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(model.actions.dismissFailure).toHaveBeenCalledOnce();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(model.actions.joinAgain).toHaveBeenCalledOnce();
  });
});

describe('the question whether to leave', () => {
  const buttons = (): string[] => screen.getAllByRole('button').map((button) => button.textContent ?? '');

  it('offers a participant to leave, with the safe answer first', () => {
    const { model } = renderInView(<Dialogs />, state([person(2), person(1, { role: 'host' })], { confirmingLeave: true }));
    expect(buttons()).toEqual(['Cancel', 'Leave Meeting']);
    expect(document.activeElement?.textContent).toBe('Cancel');
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(model.actions.stay).toHaveBeenCalledOnce();
    fireEvent.click(screen.getByRole('button', { name: 'Leave Meeting' }));
    expect(model.actions.leave).toHaveBeenCalledOnce();
  });

  it('offers a host to end it for all, and to name a successor where there is one', () => {
    const { model } = renderInView(<Dialogs />, state([person(1, { role: 'host' })], { confirmingLeave: true }));
    expect(buttons()).toEqual(['Cancel', 'End Meeting for All', 'Leave Meeting']);
    fireEvent.click(screen.getByRole('button', { name: 'End Meeting for All' }));
    expect(model.actions.end).toHaveBeenCalledOnce();
    cleanup();
    renderInView(<Dialogs />, state([person(1, { role: 'host' }), person(2)], { confirmingLeave: true }));
    expect(buttons()).toEqual(['Cancel', 'End Meeting for All', 'Assign and leave']);
  });
});

describe('the page of a meeting that is over', () => {
  const over = (errorCode: number, cause = ''): Failure => ({ ...wrong, errorCode, cause, joinFailed: false, attemptId: null });
  it.each([
    [over(4004, 'ended_by_host'), {}, 'The host has ended this meeting', null],
    [over(4004, 'duration_limit'), {}, 'This meeting has reached its time limit', null],
    [over(3009, 'removed_by_host'), {}, 'You were removed from this meeting', null],
    [over(3009, 'not_admitted'), {}, 'The host didn’t let you in', null],
    [over(4001, 'gave_up'), {}, 'You’ve been disconnected', 'Rejoin'],
    [over(4019), {}, 'This app left the meeting', 'Rejoin'],
    [null, { takenOver: true }, 'You joined from somewhere else', 'Join here instead'],
  ])('of %j says what happened, with a way back', (failure, how, title, again) => {
    const { model } = renderInView(<EndedPage />, state([], { phase: 'ended', failure, ...how }));
    expect(screen.getByRole('heading').textContent).toBe(title);
    fireEvent.click(screen.getByRole('button', { name: 'Back' }));
    expect(model.actions.dismissFailure).toHaveBeenCalledOnce();
    expect(screen.getAllByRole('button').slice(1).map((button) => button.textContent)).toEqual(again ? [again] : []);
    if (again) fireEvent.click(screen.getByRole('button', { name: again }));
    expect(model.actions.joinAgain).toHaveBeenCalledTimes(again ? 1 : 0);
  });
});
