import { useActions, useSelf, useT, useView } from '../state/context';
import { ToolbarButton } from './ToolbarButton';

/** Raises and lowers one's own hand. */
export function HandControl() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const raised = useSelf()?.handRaised ?? false;
  return (
    <ToolbarButton
      icon="hand"
      text={t(raised ? 'hand.lowerShort' : 'hand.raiseShort')}
      label={t(raised ? 'hand.lower' : 'hand.raise')}
      tone={raised ? 'on' : 'plain'}
      className="ar-tool--wide-only"
      onClick={() => run(actions.raiseHand(!raised))}
    />
  );
}
