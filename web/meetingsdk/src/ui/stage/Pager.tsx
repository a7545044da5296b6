import { IconButton } from '../primitives/IconButton';
import { useT } from '../state/context';

interface PagerProps {
  page: number;
  pages: number;
  onPage: (page: number) => void;
  vertical?: boolean;
}

/** The two arrows of a stage with several pages, and where one is. */
export function Pager({ page, pages, onPage, vertical = false }: PagerProps) {
  const t = useT();
  if (pages < 2) return null;
  return (
    <div className={`ar-pager${vertical ? ' ar-pager--vertical' : ''}`} role="group" aria-label={t('pager.label')}>
      <IconButton icon={vertical ? 'chevronUp' : 'chevronLeft'} label={t('pager.previous')} disabled={page === 0} className="ar-named gallery-video-container__switch-button" onClick={() => onPage(page - 1)} />
      <span className="ar-pager__place" dir="ltr">{t('pager.place', { page: page + 1, pages })}</span>
      <IconButton icon={vertical ? 'chevronDown' : 'chevronRight'} label={t('pager.next')} disabled={page >= pages - 1} className="ar-named gallery-video-container__switch-button" onClick={() => onPage(page + 1)} />
    </div>
  );
}
