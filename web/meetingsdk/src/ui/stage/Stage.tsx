import { tileOrder } from '../logic/order';
import { Main } from '../primitives/Landmark';
import { useMeeting, useT, useUi } from '../state/context';
import { AloneCard } from './AloneCard';
import { GalleryStage } from './GalleryStage';
import { ReactionNews } from './ReactionNews';
import { RibbonStage } from './RibbonStage';
import { ShareStage } from './ShareStage';
import { SpeakerStage } from './SpeakerStage';
import { StageNotes } from './StageNotes';
import { useAutoSpeakerLayout } from './useAutoSpeakerLayout';
import { useSharer } from './useSharer';

/** The pictures, in the chosen layout; a shared screen comes first. */
export function Stage() {
  const t = useT();
  const layout = useUi((state) => state.layout);
  const sharer = useSharer();
  const count = useMeeting((state) => tileOrder(state).length);

  useAutoSpeakerLayout();

  let content;
  if (count === 0 && sharer === null) content = <p className="ar-stage__empty">{t('stage.empty')}</p>;
  else if (layout === 'ribbon') content = <RibbonStage sharer={sharer} />;
  else if (sharer !== null) content = <ShareStage sharer={sharer} />;
  else if (layout === 'gallery') content = <GalleryStage />;
  else content = <SpeakerStage alone={layout === 'active'} />;

  return <Main className="ar-stage" id="wc-content" aria-label={t('stage.label')}><StageNotes /><ReactionNews /><div className="ar-stage__room">{content}</div><AloneCard /></Main>;
}
