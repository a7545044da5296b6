// Copy buttons and filters of the pages about error codes. Everything can be read without them.
'use strict';

function addCopyButton(block) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    } catch {
      // Without access to the clipboard, the reader copies the selection.
      getSelection().selectAllChildren(block);
      button.textContent = 'Press Ctrl+C';
    }
  });
  const place = document.createElement('div');
  place.className = 'snippet';
  block.replaceWith(place);
  place.append(block, button);
}

function addFilter(field, none) {
  const rows = [...document.querySelectorAll('.causes > li, .codes > li')];
  field.closest('.filter').hidden = false;
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    for (const section of document.querySelectorAll('main > section')) section.hidden = !section.querySelector('li:not([hidden])');
    none.hidden = rows.some((row) => !row.hidden);
  });
}

for (const block of document.querySelectorAll('pre')) addCopyButton(block);
const field = document.querySelector('.filter input');
if (field) addFilter(field, document.querySelector('.none'));
