/* An app on Vue that shows Component View. */
import { createApp, version } from 'vue';
import ZoomMtgEmbedded from '@zoom/meetingsdk/embedded';
import App from './App.vue';

window.framework = version;
window.ZoomMtgEmbedded = ZoomMtgEmbedded;
createApp(App).mount('#root');
