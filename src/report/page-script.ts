/**
 * What the page does by itself: narrow the findings down, and trace the links of one part of the map. Without it the
 * page shows everything.
 */
export const SCRIPT = `
'use strict';
(() => {
  const form = document.getElementById('filters');
  const cards = [...document.querySelectorAll('#findings > .finding')];
  const shown = document.getElementById('shown');
  const words = cards.map((card) => card.textContent.toLowerCase());

  function narrow() {
    const chosen = (name) => [...form.querySelectorAll('input[name="' + name + '"]:checked')].map((box) => box.value);
    const wanted = { severity: chosen('severity'), persona: chosen('persona'), stage: chosen('stage'), standing: chosen('standing') };
    const text = form.elements.text.value.trim().toLowerCase();
    let count = 0;
    cards.forEach((card, index) => {
      const fits = Object.entries(wanted).every(([name, values]) => {
        const has = card.dataset[name].split(' ');
        return values.length === 0 || values.some((value) => has.includes(value));
      });
      card.hidden = !(fits && words[index].includes(text));
      if (!card.hidden) count += 1;
    });
    const all = cards.length === 1 ? '1 finding' : cards.length + ' findings';
    shown.textContent = count === cards.length ? all : count + ' of ' + all;
  }

  function choose(wanted) {
    for (const box of form.querySelectorAll('input[type="checkbox"]')) {
      box.checked = wanted.some(([name, value]) => name === box.name && value === box.value);
    }
    form.elements.text.value = '';
    narrow();
  }

  if (form) {
    form.hidden = false;
    form.addEventListener('input', narrow);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.querySelector('button').addEventListener('click', () => choose([]));
    for (const cell of document.querySelectorAll('a.cell')) {
      const behind = [['persona', cell.dataset.persona], ['stage', cell.dataset.stage], ['standing', 'open']];
      cell.addEventListener('click', () => choose(behind));
    }
  }

  for (const link of document.querySelectorAll('.node')) {
    link.addEventListener('click', (event) => {
      const row = document.getElementById('node-' + link.dataset.node);
      if (!row) return;
      event.preventDefault();
      row.closest('details').open = true;
      location.hash = row.id;
      row.focus();
    });
  }

  const map = document.querySelector('.map');
  function trace(node) {
    const near = new Set([node.dataset.node]);
    for (const edge of map.querySelectorAll('.edge')) {
      const touches = edge.dataset.from === node.dataset.node || edge.dataset.to === node.dataset.node;
      edge.classList.toggle('near', touches);
      if (touches) near.add(edge.dataset.from).add(edge.dataset.to);
    }
    for (const each of map.querySelectorAll('.node')) each.classList.toggle('near', near.has(each.dataset.node));
    map.classList.add('tracing');
  }
  for (const node of document.querySelectorAll('.node')) {
    node.addEventListener('mouseenter', () => trace(node));
    node.addEventListener('mouseleave', () => map.classList.remove('tracing'));
    node.addEventListener('focus', () => trace(node));
    node.addEventListener('blur', () => map.classList.remove('tracing'));
  }
})();
`;
