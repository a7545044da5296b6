import { reactionNames } from '../../core/model';
import { REACTION_SIGNS } from '../logic/reactions';
import { useActions, useT, useView } from '../state/context';

/** The reactions side by side, as entries of a menu. */
export function ReactionRow({ onDone }: { onDone: () => void }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  return (
    <div className="ar-reactions" role="group" aria-label={t('reaction.short')}>
      {reactionNames.map((name) => (
        <button
          key={name}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className="ar-reactions__one"
          aria-label={t(`reaction.${name}`)}
          title={t(`reaction.${name}`)}
          onClick={() => {
            onDone();
            run(actions.react(name));
          }}
        >
          <span aria-hidden="true">{REACTION_SIGNS[name]}</span>
        </button>
      ))}
    </div>
  );
}
