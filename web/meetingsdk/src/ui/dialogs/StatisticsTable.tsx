import { useEffect, useState } from 'react';
import type { MediaStatistics } from '../../core/events';
import { useActions, useT, useView } from '../state/context';

/** How often the numbers are updated, in milliseconds. */
const EVERY_MS = 2000;

/** Loss, delay and size of what is sent and received, as the browser measures it. */
export function StatisticsTable() {
  const { language } = useView();
  const t = useT();
  const actions = useActions();
  const [rows, setRows] = useState<readonly MediaStatistics[] | null>(null);

  useEffect(() => {
    let current = true;
    const read = () => void actions.readStatistics().then((all) => current && setRows(all)).catch(() => current && setRows([]));
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [actions]);

  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  if (!rows || rows.length === 0) return <p>{t(rows ? 'statistics.none' : 'statistics.reading')}</p>;
  return (
    <table className="ar-statistics">
      <thead>
        <tr>
          {['medium', 'size', 'loss', 'delay', 'jitter'].map((name) => <th key={name} scope="col">{t(`statistics.${name}`)}</th>)}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.medium}${row.encoding}`}>
            <th scope="row">{t(`statistics.${row.medium}${row.encoding ? 'Sent' : 'Received'}`)}</th>
            <td data-name={t('statistics.size')}><bdi dir="ltr">{row.medium === 'audio' ? `${number.format(row.sampleRate / 1000)} kHz` : `${row.width}×${row.height}, ${number.format(row.fps)}/s`}</bdi></td>
            <td data-name={t('statistics.loss')}><bdi dir="ltr">{number.format(row.avgLoss)} %</bdi></td>
            <td data-name={t('statistics.delay')}><bdi dir="ltr">{number.format(row.rtt)} ms</bdi></td>
            <td data-name={t('statistics.jitter')}><bdi dir="ltr">{number.format(row.jitter)} ms</bdi></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
