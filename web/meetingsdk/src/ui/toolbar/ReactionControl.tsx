import { useRef, useState } from 'react';
import { Menu } from '../primitives/Menu';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useSelf, useT, useView } from '../state/context';
import { ReactionRow } from './ReactionRow';
import { ToolbarButton } from './ToolbarButton';

/** Reactions and the raised hand; a hand that is up has a button of its own, which lowers it. */
export function ReactionControl() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const raised = useSelf()?.handRaised ?? false;
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <ToolbarButton ref={button} icon="smile" text={t('reaction.short')} popup="menu" expanded={open} onClick={() => setOpen(!open)} />
      {raised ? <ToolbarButton icon="hand" text={t('hand.lowerShort')} label={t('hand.lower')} tone="on" onClick={() => run(actions.raiseHand(false))} /> : null}
      {open ? (
        <Menu anchor={button} label={t('reaction.short')} onClose={() => setOpen(false)}>
          <ReactionRow onDone={() => setOpen(false)} />
          <div className="ar-menu__line" role="separator" />
          <MenuItem icon="hand" label={t(raised ? 'hand.lower' : 'hand.raise')} onSelect={() => { setOpen(false); run(actions.raiseHand(!raised)); }} />
        </Menu>
      ) : null}
    </>
  );
}
