/* An app on React that shows Component View in StrictMode, which mounts everything twice. */
import { StrictMode, useEffect, useRef, useState, version } from 'react';
import { createRoot } from 'react-dom/client';
import ZoomMtgEmbedded from '@zoom/meetingsdk/embedded';

function Meeting({ options, done }) {
  const place = useRef(null);
  useEffect(() => {
    const client = ZoomMtgEmbedded.createClient();
    void client.init({ zoomAppRoot: place.current, language: 'en-US' });
    client.join(options).then(done, done);
  }, [options, done]);
  return <div ref={place} style={{ height: '36rem' }} />;
}

function App() {
  const [joining, setJoining] = useState(null);
  window.enter = (options) => new Promise((done) => setJoining({ options, done }));
  return joining ? <Meeting {...joining} /> : <p>No meeting yet</p>;
}

window.framework = version;
window.ZoomMtgEmbedded = ZoomMtgEmbedded;
createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
