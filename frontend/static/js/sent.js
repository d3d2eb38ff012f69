// What was sent needs no draft any more.
localStorage.removeItem(`draft:${document.currentScript.dataset.draft}`);
