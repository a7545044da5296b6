import { useEffect, useRef, useState } from 'react';
import { newsBetween, sentences, type News } from '../logic/news';
import { useUi, useView } from '../state/context';
import { LiveRegion } from './LiveRegion';

/** How long news is collected, so that many joins become one sentence. */
const BATCH_MS = 800;
/** A non-breaking space at the end, so that a repeated text is announced again. */
const REPEAT_MARK = '\u00a0';

/** Announces what happens in the meeting to screen readers, politely and in batches, unless that is switched off. */
export function Announcer() {
  const { model, ui, t } = useView();
  const on = useUi((state) => state.announcementsEnabled);
  const [text, setText] = useState('');
  const translate = useRef(t);
  useEffect(() => {
    translate.current = t;
  });

  useEffect(() => {
    if (!on) return;
    let before = model.getState();
    let news: News[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const announce = () => {
      timer = undefined;
      const announcement = sentences(news, translate.current);
      news = [];
      setText((last) => (last === announcement ? announcement + REPEAT_MARK : announcement));
    };
    const stop = model.subscribe(() => {
      const after = model.getState();
      const more = newsBetween(before, after);
      before = after;
      // An open chat is read as a log.
      news.push(...(ui.get().panel === 'chat' ? more.filter(({ text: written }) => written === undefined) : more));
      if (news.length > 0) timer ??= setTimeout(announce, BATCH_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
      setText('');
    };
  }, [model, ui, on]);

  return <LiveRegion text={text} />;
}
