// Suggestions while typing; without this file the form works as it stands.
for (const form of document.querySelectorAll('form[data-suggest]')) {
  const input = form.querySelector('input[name=q]');
  if (!(input instanceof HTMLInputElement)) continue;
  const list = document.createElement('ul');
  list.className = 'suggestions';
  list.id = `suggest-${Math.random().toString(36).slice(2)}`;
  list.setAttribute('role', 'listbox');
  list.hidden = true;
  form.append(list);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');
  let chosen = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const choose = (index) => {
    chosen = index;
    [...list.children].forEach((item, at) => {
      item.setAttribute('aria-selected', String(at === index));
      if (at === index) input.setAttribute('aria-activedescendant', item.id);
    });
    if (index < 0) input.removeAttribute('aria-activedescendant');
  };
  const open = (key) => location.assign(`/s/${encodeURIComponent(key)}`);
  const show = (items) => {
    list.replaceChildren(
      ...items.map((item, at) => {
        const row = document.createElement('li');
        row.id = `${list.id}-${at}`;
        row.setAttribute('role', 'option');
        row.setAttribute('aria-selected', 'false');
        row.dataset.key = item.key;
        row.textContent = item.name;
        const small = document.createElement('small');
        small.textContent = [item.code, item.formerName].filter(Boolean).join(' · ');
        row.append(small);
        row.addEventListener('mousedown', (event) => {
          event.preventDefault();
          open(item.key);
        });
        return row;
      }),
    );
    list.hidden = items.length === 0;
    chosen = -1;
    input.setAttribute('aria-expanded', String(items.length > 0));
  };
  const ask = async () => {
    const q = input.value.trim();
    const turn = ++asked;
    if ([...q].length < 2 || q.length > 100) return close();
    try {
      const answer = await fetch(`/api/v1/public/subjects:suggest?q=${encodeURIComponent(q)}`);
      if (turn !== asked || !answer.ok) return answer.ok ? undefined : close();
      show((await answer.json()).items);
    } catch {
      close();
    }
  };
  input.addEventListener('input', (event) => {
    // While an input method is composing, the letters are not the query yet.
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener('compositionend', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    const count = list.children.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && chosen >= 0) {
      event.preventDefault();
      open(list.children[chosen].dataset.key);
    }
  });
}
