const COLOURS = [['#34495e', '#8fa7bd'], ['#5b4636', '#c9a98b'], ['#2f5d50', '#9cc9b5'], ['#4a3f6b', '#b3a6dd'], ['#6b3f4a', '#dda6b3']];

function show(element: HTMLVideoElement, width: number, height: number, draw: (context: CanvasRenderingContext2D, time: number) => void): () => void {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return () => undefined;
  const paint = () => draw(context, performance.now() / 1000);
  paint();
  const timer = setInterval(paint, 100);
  const stream = canvas.captureStream(10);
  element.srcObject = stream;
  void element.play().catch(() => undefined);
  return () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    element.srcObject = null;
  };
}

/** A person drawn from three shapes who sways a little. */
export function drawPicture(userId: number, element: HTMLVideoElement): () => void {
  const [ground, shape] = COLOURS[(userId / 1024) % COLOURS.length] ?? ['#333', '#999'];
  return show(element, 320, 180, (context, time) => {
    const sway = Math.sin(time * 1.3 + userId) * 6;
    const light = context.createLinearGradient(0, 0, 320, 180);
    light.addColorStop(0, ground ?? '#333');
    light.addColorStop(1, '#15181d');
    context.fillStyle = light;
    context.fillRect(0, 0, 320, 180);
    context.fillStyle = shape ?? '#999';
    context.beginPath();
    context.arc(160 + sway, 78, 32, 0, 7);
    context.fill();
    context.beginPath();
    context.ellipse(160 + sway * 0.6, 178, 72, 58, 0, 0, 7);
    context.fill();
  });
}

/** A page of text with a table, as people share it. */
export function drawScreen(element: HTMLVideoElement): () => void {
  return show(element, 1280, 800, (context, time) => {
    context.fillStyle = '#fbfbf8';
    context.fillRect(0, 0, 1280, 800);
    context.fillStyle = '#23262c';
    context.font = '600 44px sans-serif';
    context.fillText('Parts list, week 19', 80, 110);
    context.font = '26px sans-serif';
    for (let row = 0; row < 11; row++) {
      context.fillStyle = row % 2 ? '#eef0f4' : '#ffffff';
      context.fillRect(80, 160 + row * 52, 1120, 52);
      context.fillStyle = '#444a55';
      context.fillText(`Item ${row + 1}`, 104, 195 + row * 52);
      context.fillText(`${(row * 37 + Math.floor(time)) % 90} in stock`, 520, 195 + row * 52);
      context.fillText(row % 3 ? 'ordered' : 'delivered', 900, 195 + row * 52);
    }
  });
}
