import { useRef } from 'react';
import { canPublish, canSpeak } from '../logic/permissions';
import { useElementSize } from '../primitives/useElementSize';
import { useMeeting, useOption, useSelf, useT } from '../state/context';
import { CameraControl } from './CameraControl';
import { SwitchCameraControl } from './SwitchCameraControl';
import { HostControl } from './HostControl';
import { LeaveControl } from './LeaveControl';
import { MicControl } from './MicControl';
import { MoreControl } from './MoreControl';
import { PanelButtons } from './PanelButtons';
import { ReactionControl } from './ReactionControl';
import { ShareControl } from './ShareControl';

/** Below this width share and reactions move into the menu. */
const NARROW = 560;
/** Below these widths the panels' buttons do, too: fingers need larger ones. */
const TINY = { mouse: 282, touch: 314 };

/** The row of controls under the pictures. */
export function Toolbar() {
  const t = useT();
  const box = useRef<HTMLElement>(null);
  const { width } = useElementSize(box);
  const narrow = width > 0 && width < NARROW;
  const touch = globalThis.matchMedia?.('(pointer: coarse)').matches ?? false;
  const tiny = width > 0 && width < (touch ? TINY.touch : TINY.mouse);
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const publishes = canPublish(self, session);
  const withAV = useOption('isSupportAV');
  const withAudio = !useOption('disableJoinAudio') && withAV;
  const withReactions = useOption('isSupportNonverbal');
  const withShare = useOption('screenShare') && publishes;

  return (
    <section ref={box} id="wc-footer" className={`ar-toolbar zoom-MuiToolbar-root${narrow ? ' ar-toolbar--narrow' : ''}`} aria-label={t('toolbar.label')}>
      <div className="ar-toolbar__group">
        {withAudio && canSpeak(self, session) ? <MicControl /> : null}
        {withAV && publishes ? <CameraControl /> : null}
        {withAV && publishes && !narrow ? <SwitchCameraControl /> : null}
      </div>
      <div className="ar-toolbar__group ar-toolbar__group--middle">
        {withShare && !narrow ? <ShareControl /> : null}
        {tiny ? null : <PanelButtons />}
        {withReactions && !narrow ? <ReactionControl /> : null}
        <HostControl />
        <MoreControl narrow={narrow} tiny={tiny} />
      </div>
      <div className="ar-toolbar__group ar-toolbar__group--end">
        <LeaveControl />
      </div>
    </section>
  );
}
